import {
  ApplicationFailure,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { UpdateDefinition } from '@temporalio/common';
import type { MadeDecision } from '../domain/decision.js';
import { msUntil } from './policies.js';
import { stage } from './searchAttributes.js';

/** Something that waits for one decision, as the workflow over it sees it. */
export interface AwaitedDecision<State extends string> {
  state(): State;
  /** Decided, or ended otherwise. */
  over(): boolean;
  /** It has ended like this: for the search attribute, and the details in the Web UI. */
  settle(next: State, details: string): void;
  /** Returns once no decision is being recorded. */
  recorded(): Promise<void>;
  /** Waits for a decision until an ISO instant at the latest. One that is being recorded as the time runs out still counts. */
  until(instant: string, summary: string): Promise<void>;
}

interface Awaited<State, Outcome> {
  /** Names it in errors. */
  what: string;
  /** Heads its details in the Web UI. */
  title: string;
  /** The state in which it waits. */
  open: State;
  record: (decisionId: string) => Promise<Outcome>;
}

/**
 * Takes one decision as an Update: the caller gets what `record` says, one that is refused changes nothing, and a second one
 * is ALREADY_DECIDED.
 */
export function awaitDecision<State extends string, Outcome extends { state: State; decidedAt: string }>(
  update: UpdateDefinition<Outcome, [MadeDecision]>,
  { what, title, open, record }: Awaited<State, Outcome>,
): AwaitedDecision<State> {
  let state = open;
  let deciding = false;
  const over = () => state !== open;
  const settle = (next: State, details: string): void => {
    state = next;
    upsertSearchAttributes([stage(next)]);
    setCurrentDetails(`${title}: ${next}.\n\n${details}`);
  };
  const recorded = () => condition(() => !deciding);
  setHandler(
    update,
    async ({ decisionId }) => {
      deciding = true;
      try {
        const decided = await record(decisionId);
        settle(decided.state, `Decided at ${decided.decidedAt}, decision ${decisionId}.`);
        return decided;
      } finally {
        deciding = false;
      }
    },
    {
      validator: (_made: MadeDecision) => {
        if (deciding || over()) {
          throw ApplicationFailure.nonRetryable(`This ${what} is decided already.`, 'ALREADY_DECIDED');
        }
      },
    },
  );
  return {
    state: () => state,
    over,
    settle,
    recorded,
    until: async (instant, summary) => {
      const waitMs = msUntil(instant, Date.now());
      if (waitMs > 0) await condition(over, waitMs, { summary });
      await recorded();
    },
  };
}
