/**
 * One month-end close of one period. Its id is the period, so a second start joins the first (rule 1).
 *
 * Opens the run (participants, shards, every deadline as an absolute instant), lets a `closeShard` per shard collect,
 * reconcile and wait, and gives them the turn to issue one after the other in the order of their deadlines: numbers are
 * gapless per distributor and year (rule 13) and the same run gives the same numbers. Then billing packs, and the seal.
 * A shard that fails does not stop the others; the run ends as failed and names it.
 */
import {
  ApplicationFailure,
  condition,
  defineQuery,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  type SignalDefinition,
} from '@temporalio/workflow';
import { closeShard, closeShardId, endCollection, endReview, issueTurn, shardIssued } from './closeShard.js';
import { batch, mailing, quick } from './policies.js';
import { BILLING_PERIOD, stage } from './searchAttributes.js';

export interface ClosePeriodInput {
  /** `YYYY-MM` */
  period: string;
  /** Token name of who started it by hand, or `schedule`. */
  openedBy: string;
  /** ISO instants that replace rule 1's deadlines in every zone; null: the programme's calendar. */
  collectUntil: string | null;
  reviewUntil: string | null;
}

export interface CloseResult {
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
export { endCollection, endReview };

export function closePeriodId(period: string): string {
  return `billing-run:${period}`;
}

export async function closePeriod(input: ClosePeriodInput): Promise<CloseResult> {
  const { period } = input;
  const issued = new Set<number>();
  const over = new Set<number>();
  let current = 'open';
  let shardCount = 0;
  let forward: (signal: SignalDefinition) => Promise<void> = () => Promise.resolve();
  setHandler(shardIssued, (shard) => void issued.add(shard));
  setHandler(endCollection, () => forward(endCollection));
  setHandler(endReview, () => forward(endReview));
  setHandler(closeProgress, () => ({ stage: current, shards: shardCount, shardsIssued: issued.size }));
  const enter = (name: string, details: string) => {
    current = name;
    upsertSearchAttributes([stage(name), { key: BILLING_PERIOD, value: period }]);
    setCurrentDetails(`**Close of ${period}**\n\n${details}`);
  };

  enter('open', 'Fixing participants, shards and deadlines.');
  const run = await quick.openPeriod.executeWithOptions({ summary: `participants and shards of ${period}` }, [
    { ...input, now: new Date().toISOString() },
  ]);
  shardCount = run.shards.length;

  const children = await Promise.all(
    run.shards.map((shard) =>
      startChild(closeShard, {
        workflowId: closeShardId(period, shard.shard),
        args: [{ period, ...shard }],
        // The parent waits for its children and reports them; ending it by hand must not cut a shard in half.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        typedSearchAttributes: [{ key: BILLING_PERIOD, value: period }, stage('collect')],
        staticSummary: `Close ${period}, shard ${shard.shard}: ${shard.msps} MSPs, ${shard.zone}`,
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
  const results = children.map((child, index) =>
    child
      .result()
      .then(
        (result) => ({ ok: true as const, result }),
        (error: unknown) => ({ ok: false as const, shard: run.shards[index]?.shard ?? -1, error: String(error) }),
      )
      .finally(() => over.add(index)),
  );
  enter(
    'close',
    run.shards
      .map(
        (shard) =>
          `- shard ${shard.shard} (${shard.zone}, ${shard.msps} MSPs): collect until ${shard.collectUntil}, review until ${shard.reviewUntil}`,
      )
      .join('\n') || 'No MSP takes part.',
  );
  for (const [index, child] of children.entries()) {
    const shard = run.shards[index]?.shard ?? -1;
    await child.signal(issueTurn).catch(() => undefined);
    await condition(() => issued.has(shard) || over.has(index));
  }
  const ended = await Promise.all(results);

  enter('packs', 'Making billing packs for the distributors and mailing them.');
  const packs = await batch.makeBillingPacks.executeWithOptions({ summary: 'packs for the distributors' }, [
    { period, now: new Date().toISOString() },
  ]);
  const mails = await mailing.drainOutbox.executeWithOptions({ summary: 'mail the packs' }, [{ period }]);

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
    { period, now: new Date().toISOString() },
  ]);
  const summaryMails = await mailing.drainOutbox.executeWithOptions({ summary: 'mail the summary' }, [{ period }]);
  enter('done', `${seal.issued} statements issued, ${seal.parked} MSPs parked.`);
  const shardMails = ended.reduce((sum, end) => sum + (end.ok ? end.result.mailed : 0), 0);
  return {
    period,
    issued: seal.issued,
    parked: seal.parked,
    mailed: shardMails + mails.sent + summaryMails.sent,
    packs: packs.packs,
  };
}
