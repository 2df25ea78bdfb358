/**
 * One month-end close of one programme's period. Its id is both, so a second start joins the first (rule 1).
 *
 * Opens the run (participants, shards, every deadline as an absolute instant), lets a `closeShard` per shard collect,
 * reconcile and wait, and gives them the turn to issue one after the other in the order of their deadlines: numbers are
 * gapless per programme, distributor and year (rule 13) and the same run gives the same numbers. Then billing packs, and
 * the seal. A run that cannot be opened tells the partner team why; a shard that fails does not stop the others, and the
 * run ends as failed and names it.
 */
import type { Actor } from '../domain/access/actor.js';
import type { MadeDecision } from '../domain/decision.js';
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineQuery,
  defineUpdate,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  type SignalDefinition,
} from '@temporalio/workflow';
import type { OpenedShard } from '../activities/openPeriod.js';
import { closeShard, closeShardId, endCollection, endReview, issueTurn, lookAgain, shardIssued } from './closeShard.js';
import { batch, mailing, quick } from './policies.js';
import { BILLING_PERIOD, PROGRAMME, stage } from './searchAttributes.js';

export interface ClosePeriodInput {
  programme: string;
  /** `YYYY-MM` */
  period: string;
  /** Who started it by hand; Kontor itself by its schedule. */
  openedBy: Actor;
  /** ISO instants that replace rule 1's deadlines in every zone; null: the programme's calendar. */
  collectUntil: string | null;
  reviewUntil: string | null;
  /** Why months before this one are left out for good (rule 19); null: none is. */
  skipReason: string | null;
}

export interface CloseResult {
  programme: string;
  period: string;
  issued: number;
  parked: number;
  mailed: number;
  packs: number;
}

export interface CloseProgress {
  stage: string;
  shards: number;
  shardsIssued: number;
}

export const closeProgress = defineQuery<CloseProgress>('progress');

/** How many shards collect on, or that the run goes on. */
export type CompletenessOutcome = { extendedShards: number; released: boolean };

export const decideCompleteness = defineUpdate<CompletenessOutcome, [MadeDecision]>('decideCompleteness');
export { endCollection, endReview };

export function closePeriodId(programme: string, period: string): string {
  return `billing-run:${programme}:${period}`;
}

export async function closePeriod(input: ClosePeriodInput): Promise<CloseResult> {
  const { programme, period } = input;
  const key = { programme, period };
  const issued = new Set<number>();
  const over = new Set<number>();
  let current = 'open';
  let shardCount = 0;
  // What was asked before there are shards is kept, and passed to each as it starts.
  const asked: SignalDefinition[] = [];
  let forward: (signal: SignalDefinition) => Promise<void> = (signal) => {
    asked.push(signal);
    return Promise.resolve();
  };
  setHandler(shardIssued, (shard) => void issued.add(shard));
  setHandler(endCollection, () => forward(endCollection));
  setHandler(endReview, () => forward(endReview));
  setHandler(decideCompleteness, async ({ decisionId }) => {
    const outcome = await quick.decideCompleteness.executeWithOptions({ summary: 'record the decision' }, [
      { ...key, decisionId, now: new Date().toISOString() },
    ]);
    await forward(lookAgain);
    return outcome;
  });
  setHandler(closeProgress, () => ({ stage: current, shards: shardCount, shardsIssued: issued.size }));
  const enter = (name: string, details: string) => {
    current = name;
    upsertSearchAttributes([stage(name), { key: PROGRAMME, value: programme }, { key: BILLING_PERIOD, value: period }]);
    setCurrentDetails(`**Close of ${period}**, programme \`${programme}\`\n\n${details}`);
  };

  enter('open', 'Fixing participants, shards and deadlines.');
  const shards = await open(input, enter);
  shardCount = shards.length;

  const children = await Promise.all(
    shards.map((shard) =>
      startChild(closeShard, {
        workflowId: closeShardId(programme, period, shard.shard),
        args: [{ ...key, ...shard }],
        // The parent waits for its children and reports them; ending it by hand must not cut a shard in half.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        typedSearchAttributes: [
          { key: PROGRAMME, value: programme },
          { key: BILLING_PERIOD, value: period },
          stage('collect'),
        ],
        staticSummary: `Close ${programme} ${period}, shard ${shard.shard}: ${shard.msps} MSPs, ${shard.zone}`,
      }),
    ),
  );
  forward = async (signal) => {
    await Promise.all(
      children.map(async (child, index) => {
        if (!over.has(index)) await child.signal(signal).catch(() => undefined);
      }),
    );
  };
  for (const signal of asked) await forward(signal);
  const results = children.map((child, index) =>
    child
      .result()
      .then(
        (result) => ({ ok: true as const, result }),
        (error: unknown) => ({ ok: false as const, shard: shards[index]?.shard ?? -1, error: String(error) }),
      )
      .finally(() => over.add(index)),
  );
  enter(
    'close',
    shards
      .map(
        (shard) =>
          `- shard ${shard.shard} (${shard.zone}, ${shard.msps} MSPs): collect until ${shard.collectUntil}, review until ${shard.reviewUntil}`,
      )
      .join('\n') || 'No MSP takes part.',
  );
  for (const [index, child] of children.entries()) {
    const shard = shards[index]?.shard ?? -1;
    await child.signal(issueTurn).catch(() => undefined);
    await condition(() => issued.has(shard) || over.has(index));
  }
  const ended = await Promise.all(results);

  enter('packs', 'Making billing packs for the distributors and mailing them.');
  const packs = await batch.makeBillingPacks.executeWithOptions({ summary: 'packs for the distributors' }, [
    { ...key, now: new Date().toISOString() },
  ]);
  const mails = await mailing.drainOutbox.executeWithOptions({ summary: 'mail the packs' }, [key]);

  const failed = ended.filter((end) => !end.ok);
  if (failed.length > 0) {
    enter('failed', failed.map((end) => `- shard ${end.shard}: ${end.error}`).join('\n'));
    throw ApplicationFailure.create({
      type: 'INTERNAL',
      nonRetryable: true,
      message: `Shards ${failed.map((end) => end.shard).join(', ')} failed; reset or terminate them, then start the close again.`,
    });
  }
  enter('seal', 'Control totals and the chain of hashes.');
  const seal = await quick.sealPeriod.executeWithOptions({ summary: 'control totals, seal' }, [
    { ...key, now: new Date().toISOString() },
  ]);
  const summaryMails = await mailing.drainOutbox.executeWithOptions({ summary: 'mail the summary' }, [key]);
  await condition(allHandlersFinished);
  enter('done', `${seal.issued} statements issued, ${seal.parked} MSPs parked.`);
  const shardMails = ended.reduce((sum, end) => sum + (end.ok ? end.result.mailed : 0), 0);
  return {
    ...key,
    issued: seal.issued,
    parked: seal.parked,
    mailed: shardMails + mails.sent + summaryMails.sent,
    packs: packs.packs,
  };
}

/** Opens the run, or finds it open. One that cannot be opened is announced before it fails. */
async function open(input: ClosePeriodInput, enter: (name: string, details: string) => void): Promise<OpenedShard[]> {
  const { programme, period } = input;
  try {
    const run = await quick.openPeriod.executeWithOptions({ summary: `participants and shards of ${period}` }, [
      { ...input, now: new Date().toISOString() },
    ]);
    return run.shards;
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) throw error;
    enter('failed', `The run was not opened: ${cause.message}`);
    await quick.announceNotOpened.executeWithOptions({ summary: 'tell the partner team' }, [
      { programme, period, code: cause.type ?? 'INTERNAL', reason: cause.message, now: new Date().toISOString() },
    ]);
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail it' }, [{ programme, period }]);
    throw ApplicationFailure.create({
      ...(cause.type == null ? {} : { type: cause.type }),
      nonRetryable: true,
      message: cause.message,
    });
  }
}
