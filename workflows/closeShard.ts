/**
 * One shard of a month-end: MSPs whose deadlines are the same instants, at most a few hundred of them.
 *
 * Collects until every expected site is heard or the deadline passes, reconciles, gives people the review window, applies
 * the defaults, and on its turn issues, renders and sends. Idempotent as a whole: every activity sets absolute values
 * under natural keys. MSPs that cannot be issued are parked and get a `settleStatement` each; the others go on.
 */
import {
  condition,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { IssueCounts } from '../activities/issueStatements.js';
import { batch, mailing, msUntil, quick } from './policies.js';
import { stage } from './searchAttributes.js';

export interface CloseShardInput {
  period: string;
  shard: number;
  /** One of the shard's time zones, for people. */
  zone: string;
  msps: number;
  /** ISO instants. */
  collectUntil: string;
  reviewUntil: string;
  mailedBy: string;
}

export interface ShardResult extends IssueCounts {
  shard: number;
  mailed: number;
}

/** The partner team ends the collection, or the review, before its deadline. */
export const endCollection = defineSignal('endCollection');
export const endReview = defineSignal('endReview');
/** closePeriod lets its shards issue one after the other, so that numbers follow one order. */
export const issueTurn = defineSignal('issueTurn');
/** Sent to closePeriod once the shard's statements are numbered. */
export const shardIssued = defineSignal<[number]>('shardIssued');
export const shardStage = defineQuery<string>('stage');

/** Missing sites are looked at again this often while the collection is open. */
const COMPLETENESS_INTERVAL_MS = 3_600_000;
/** Statements rendered before their mails start: small enough to overlap, large enough to keep threads busy. */
const RENDER_CHUNK = 120;

export function closeShardId(period: string, shard: number): string {
  return `billing-run:${period}:${shard}`;
}

export async function closeShard(input: CloseShardInput): Promise<ShardResult> {
  const { period, shard } = input;
  const parent = workflowInfo().parent;
  const key = { period, shard };
  let current = 'collect';
  let collectionEnded = false as boolean;
  let reviewEnded = false;
  let myTurn = false;
  setHandler(endCollection, () => void (collectionEnded = true));
  setHandler(endReview, () => {
    collectionEnded = true;
    reviewEnded = true;
  });
  setHandler(issueTurn, () => void (myTurn = true));
  setHandler(shardStage, () => current);

  const enter = (name: string, details: string) => {
    if (name !== current) upsertSearchAttributes([stage(name)]);
    current = name;
    setCurrentDetails(`**${period}, shard ${shard}** (${input.zone}, ${input.msps} MSPs)\n\n${details}`);
  };

  enter(
    'collect',
    `Collecting usage reports until ${input.collectUntil}. End early: \`POST /v1/runs/${period}/end-collection\`.`,
  );
  while (!collectionEnded && msUntil(input.collectUntil, Date.now()) > 0) {
    const heard = await quick.checkCompleteness.executeWithOptions({ summary: 'sites expected against sites heard' }, [
      {
        ...key,
        now: new Date().toISOString(),
        remindAt: new Date(Date.parse(input.collectUntil) - 86_400_000).toISOString(),
      },
    ]);
    if (heard.missing === 0) break;
    enter(
      'collect',
      `${heard.missing} of ${heard.expected} sites have not reported. Collecting until ${input.collectUntil}.`,
    );
    const wait = Math.min(COMPLETENESS_INTERVAL_MS, msUntil(input.collectUntil, Date.now()));
    await condition(() => collectionEnded, wait, { summary: `missing reports, until ${input.collectUntil}` });
  }

  enter('collect', 'Collection is over: comparing reports with check-ins.');
  const found = await batch.reconcileShard.executeWithOptions({ summary: 'reports against check-ins' }, [
    { ...key, now: new Date().toISOString() },
  ]);

  enter(
    'review',
    `${found.openCases} cases may be decided until ${input.reviewUntil}; then the defaults apply. See \`/v1/cases\`.`,
  );
  await condition(() => reviewEnded, msUntil(input.reviewUntil, Date.now()), {
    summary: `review, until ${input.reviewUntil}`,
  });

  enter('issue', 'Applying defaults; waiting for its turn to number statements.');
  await quick.applyDefaults.executeWithOptions({ summary: 'defaults for untouched cases' }, [
    { ...key, now: new Date().toISOString() },
  ]);
  await condition(() => myTurn);
  enter('issue', 'Rating, numbering and freezing statements.');
  const issued = await batch.issueStatements.executeWithOptions({ summary: 'rate, number, freeze' }, [
    { ...key, now: new Date().toISOString() },
  ]);
  if (parent !== undefined) await getExternalWorkflowHandle(parent.workflowId).signal(shardIssued, shard);

  enter(
    'send',
    `Rendering and mailing ${issued.issued} statements. ${issued.parked} MSPs are parked: see \`/v1/runs/${period}/parked\`.`,
  );
  const sending: Promise<{ sent: number }>[] = [];
  if (issued.parked > 0) {
    await quick.startSettlements.executeWithOptions({ summary: 'one workflow per parked MSP' }, [key]);
  }
  for (let from = 0; from < input.msps; from += RENDER_CHUNK) {
    await batch.renderStatements.executeWithOptions({ summary: `PDFs from position ${from}` }, [
      { ...key, from, to: from + RENDER_CHUNK, now: new Date().toISOString() },
    ]);
    sending.push(mailing.drainOutbox.executeWithOptions({ summary: 'mail what is rendered' }, [{ period }]));
  }
  const sent = await Promise.all(sending);
  enter('done', `${issued.issued} issued, ${issued.parked} parked.`);
  return { shard, ...issued, mailed: sent.reduce((sum, result) => sum + result.sent, 0) };
}
