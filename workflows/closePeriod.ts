/**
 * One month-end close of one programme's period. Its id is both, so a second start joins the first (rule 1).
 *
 * Opens the run (participants, shards, every deadline as an absolute instant), lets a `closeShard` per shard collect,
 * reconcile and wait, and gives them the turn to issue one after the other in the order of their deadlines: numbers are
 * gapless per programme, distributor and year (rule 13) and the same run gives the same numbers. Then billing packs, and
 * the seal. A run that cannot be opened tells the partner team why; a shard that fails does not stop the others, and the
 * run ends as failed and names it.
 *
 * Cancelled, terminated or reset at any moment and started again, it finds the run as it was opened, adopts the shards that
 * live, begins those anew that do not, and the month ends the same.
 */
import type { Actor } from '../domain/access/actor.js';
import type { MadeDecision } from '../domain/decision.js';
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  defineQuery,
  defineUpdate,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  type SignalDefinition,
} from '@temporalio/workflow';
import type { OpenedShard } from '../activities/openPeriod.js';
import { closeShardId, endCollection, endReview, issueTurn, lookAgain, shardIssued } from './closeShard.js';
import { followShard } from './closing/followShard.js';
import { mailToTheEnd } from './closing/mailToTheEnd.js';
import { closePeriodId } from './closing/runIds.js';
import { finishingHandlers } from './finishingHandlers.js';
import { mailing, quick, rendering } from './policies.js';
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
export { closePeriodId, endCollection, endReview };

export function closePeriod(input: ClosePeriodInput): Promise<CloseResult> {
  return finishingHandlers(() => close(input));
}

async function close(input: ClosePeriodInput): Promise<CloseResult> {
  const { programme, period } = input;
  const key = { programme, period };
  let current = 'open';
  let shardCount = 0;
  // Shards by number: those that were begun or adopted, that had their turn to issue, that are numbered, that have ended.
  const begun = new Set<number>();
  const hadTurn = new Set<number>();
  const issued = new Set<number>();
  const over = new Set<number>();
  // What was asked before a shard is there is kept, and passed to it as it starts.
  const asked: SignalDefinition[] = [];
  const tell = (shard: number, signal: SignalDefinition) =>
    getExternalWorkflowHandle(closeShardId(programme, period, shard))
      .signal(signal)
      .catch(() => undefined);
  const tellAll = async (signal: SignalDefinition) => {
    await Promise.all([...begun].filter((shard) => !over.has(shard)).map((shard) => tell(shard, signal)));
  };
  const end = (signal: SignalDefinition) => {
    asked.push(signal);
    return tellAll(signal);
  };
  setHandler(shardIssued, (shard) => void issued.add(shard));
  setHandler(endCollection, () => end(endCollection));
  setHandler(endReview, () => end(endReview));
  setHandler(decideCompleteness, async ({ decisionId }) => {
    // What is decided while the run opens is decided about the run that opens.
    await condition(() => current !== 'open');
    const outcome = await quick.decideCompleteness.executeWithOptions({ summary: 'record the decision' }, [
      { ...key, decisionId, now: new Date().toISOString() },
    ]);
    await tellAll(lookAgain);
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
  enter(
    'close',
    shards
      .map(
        (shard) =>
          `- shard ${shard.shard} (${shard.zone}, ${shard.msps} MSPs): collect until ${shard.collectUntil}, review until ${shard.reviewUntil}`,
      )
      .join('\n') || 'No MSP takes part.',
  );

  const ends = shards.map((shard) =>
    followShard(key, shard, async () => {
      begun.add(shard.shard);
      for (const signal of asked) await tell(shard.shard, signal);
      if (hadTurn.has(shard.shard)) await tell(shard.shard, issueTurn);
    }).finally(() => over.add(shard.shard)),
  );
  const numberInTurn = async () => {
    for (const { shard } of shards) {
      await condition(() => begun.has(shard) || over.has(shard));
      hadTurn.add(shard);
      await tell(shard, issueTurn);
      await condition(() => issued.has(shard) || over.has(shard));
    }
  };
  const [ended] = await Promise.all([Promise.all(ends), numberInTurn()]);

  enter('packs', 'Making billing packs for the distributors and mailing them.');
  const packs = await rendering.makeBillingPacks.executeWithOptions({ summary: 'packs for the distributors' }, [
    { ...key, now: new Date().toISOString() },
  ]);
  const mails = await mailing.drainOutbox.executeWithOptions({ summary: 'mail the packs' }, [key]);

  const failed = ended.filter((shard) => !shard.ok);
  if (failed.length > 0) {
    const reason = failed.map(({ shard, error }) => `Shard ${shard}: ${error}`).join('\n');
    enter(
      'failed',
      `${reason}\n\nMend it, then start the close again: \`POST /v1/programmes/${programme}/runs\`. It goes on where it was.`,
    );
    await quick.announceFailure.executeWithOptions({ summary: 'tell the partner team' }, [
      { ...key, reason, now: new Date().toISOString() },
    ]);
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail it' }, [key]);
    throw ApplicationFailure.create({
      type: 'INTERNAL',
      nonRetryable: true,
      message: `Shards ${failed.map(({ shard }) => shard).join(', ')} failed; start the close again once the reason is mended.`,
    });
  }
  const lateMails = await mailToTheEnd(key, mails.nextDueMs, (details) => {
    enter('mail', details);
  });
  enter('seal', 'Control totals and the chain of hashes.');
  const seal = await quick.sealPeriod.executeWithOptions({ summary: 'control totals, seal' }, [
    { ...key, now: new Date().toISOString() },
  ]);
  const summaryMails = await mailing.drainOutbox.executeWithOptions({ summary: 'mail the summary' }, [key]);
  enter('done', `${seal.issued} statements issued, ${seal.parked} MSPs parked.`);
  const shardMails = ended.reduce((sum, shard) => sum + (shard.ok ? shard.mailed : 0), 0);
  return {
    ...key,
    issued: seal.issued,
    parked: seal.parked,
    mailed: shardMails + mails.sent + lateMails + summaryMails.sent,
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
