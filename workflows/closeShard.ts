/**
 * One shard of a month-end: MSPs all of whose deadlines are the same instants, at most a few hundred of them.
 *
 * Collects until every expected site's report is final or the deadline passes, never less than to the end of the month;
 * waits at the completeness gate while too many sites are silent (rule 4); reconciles, gives people the review window,
 * applies the defaults, and on its turn issues, renders and sends. Idempotent as a whole: every activity sets absolute
 * values under natural keys. MSPs that cannot be issued are parked and get a `settleStatement` each; the others go on.
 *
 * A shard lives without the close that began it: whatever ends that one, the shard goes on, and the next close adopts it. One
 * that was ended itself is begun anew, and finds in the database what was done and which waits people have ended.
 */
import {
  condition,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { IssueCounts } from '../activities/issueStatements.js';
import { FIRST_MSPS, MSPS_AT_ONCE } from '../domain/run.js';
import { closePeriodId, closeShardId } from './closing/runIds.js';
import { finishingHandlers } from './finishingHandlers.js';
import { batch, mailing, msUntil, quick, rendering } from './policies.js';
import { stage } from './searchAttributes.js';

export interface CloseShardInput {
  programme: string;
  period: string;
  shard: number;
  /** One of the shard's time zones, for people. */
  zone: string;
  msps: number;
  /** ISO instants. */
  monthEnd: string;
  collectUntil: string;
  reviewUntil: string;
  issueFrom: string;
  mailedBy: string;
}

export interface ShardResult extends IssueCounts {
  shard: number;
  mailed: number;
}

/** The partner team ends the collection, or the review, before its deadline. */
export const endCollection = defineSignal('endCollection');
export const endReview = defineSignal('endReview');
/** Deadlines were moved, or the completeness gate was opened: the database says which. */
export const lookAgain = defineSignal('lookAgain');
/** closePeriod lets its shards issue one after the other, so that numbers follow one order. */
export const issueTurn = defineSignal('issueTurn');
/** Sent to closePeriod once the shard's statements are numbered. */
export const shardIssued = defineSignal<[number]>('shardIssued');
export const shardStage = defineQuery<string>('stage');

/** Missing sites are looked at again this often while the collection is open, and while the gate is closed. */
const COMPLETENESS_INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;

export { closeShardId };

export function closeShard(input: CloseShardInput): Promise<ShardResult> {
  return finishingHandlers(() => close(input));
}

async function close(input: CloseShardInput): Promise<ShardResult> {
  const { programme, period, shard, monthEnd } = input;
  const key = { programme, period, shard };
  const api = `/v1/programmes/${programme}/runs/${period}`;
  const now = () => new Date().toISOString();
  let current = 'collect';
  let { collectUntil, reviewUntil, issueFrom } = input;
  let collectionEnded = false as boolean;
  let reviewEnded = false as boolean;
  let looks = 0;
  let looksTaken = 0;
  let myTurn = false;
  let numbered = false;
  // Without a close nobody waits for this; the next one gives the turn anew, and is told then.
  const tellNumbered = () =>
    getExternalWorkflowHandle(closePeriodId(programme, period))
      .signal(shardIssued, shard)
      .catch(() => undefined);
  /** What a person has ended stays ended, also for an execution that is begun anew. */
  const keepEnd = (wait: 'collection' | 'review') =>
    quick.endWait.executeWithOptions({ summary: `a person ended the ${wait}` }, [{ ...key, wait, at: now() }]);
  setHandler(endCollection, async () => {
    collectionEnded = true;
    // At the gate it is a reason to count the silent sites again.
    looks += 1;
    await keepEnd('collection');
  });
  setHandler(endReview, async () => {
    collectionEnded = true;
    reviewEnded = true;
    await keepEnd('review');
  });
  setHandler(lookAgain, () => void (looks += 1));
  setHandler(issueTurn, async () => {
    myTurn = true;
    if (numbered) await tellNumbered();
  });
  setHandler(shardStage, () => current);

  const enter = (name: string, details: string) => {
    if (name !== current) upsertSearchAttributes([stage(name)]);
    current = name;
    setCurrentDetails(`**${programme} ${period}, shard ${shard}** (${input.zone}, ${input.msps} MSPs)\n\n${details}`);
  };
  const takeDeadlines = async () => {
    looksTaken = looks;
    const moved = await quick.loadDeadlines.executeWithOptions({ summary: 'deadlines as they are now' }, [key]);
    // Whoever extends the collection wants it to go on.
    if (moved.collectUntil > collectUntil) collectionEnded = false;
    ({ collectUntil, reviewUntil, issueFrom } = moved);
  };
  /**
   * Waits until `over` or told to look again, at most `ms`; takes over deadlines that were moved meanwhile. What was told
   * while an activity ran counts too: that activity may have read the database before.
   */
  const wait = async (ms: number, summary: string, over: () => boolean) => {
    await condition(() => over() || looks !== looksTaken, ms, { summary });
    if (looks !== looksTaken) await takeDeadlines();
  };

  const collect = async () => {
    enter('collect', `Collecting usage reports until ${collectUntil}. End early: \`POST ${api}/end-collection\`.`);
    // Usage of a month that is not over cannot be complete, whoever ends the collection.
    while (msUntil(monthEnd, Date.now()) > 0) {
      await condition(() => false, msUntil(monthEnd, Date.now()), { summary: `the month, until ${monthEnd}` });
    }
    while (!collectionEnded && msUntil(collectUntil, Date.now()) > 0) {
      const heard = await quick.checkCompleteness.executeWithOptions(
        { summary: 'sites expected against sites heard' },
        [{ ...key, now: now(), remindAt: new Date(Date.parse(collectUntil) - DAY_MS).toISOString() }],
      );
      if (heard.final === heard.expected) break;
      enter(
        'collect',
        `${heard.missing} of ${heard.expected} sites have not reported, ${heard.expected - heard.missing - heard.final} may still revise what they reported before the month was over. Collecting until ${collectUntil}.`,
      );
      await wait(
        Math.min(COMPLETENESS_INTERVAL_MS, msUntil(collectUntil, Date.now())),
        `missing reports, until ${collectUntil}`,
        () => collectionEnded,
      );
    }
  };

  for (;;) {
    await collect();
    const gate = await quick.checkGate.executeWithOptions({ summary: 'silent sites of the programme' }, [
      { ...key, collectUntil, now: now() },
    ]);
    if (gate.outcome === 'go') break;
    if (gate.outcome === 'extended') {
      await takeDeadlines();
      continue;
    }
    enter(
      'gate',
      `${gate.silent} of ${gate.expected} sites of the programme are silent (last billed: ${gate.atStake}), too many to estimate unasked. ` +
        `Extend the collection or let the run go on: \`POST ${api}/completeness\`. Looked at again every hour.`,
    );
    await wait(COMPLETENESS_INTERVAL_MS, 'a person: extend the collection, or go on with estimates', () => false);
  }

  enter('reconcile', 'Collection is over: comparing reports with check-ins.');
  const found = await batch.reconcileShard.executeWithOptions({ summary: 'reports against check-ins' }, [
    { ...key, now: now() },
  ]);

  enter(
    'review',
    `${found.openCases} ${found.openCases === 1 ? 'case' : 'cases'} may be decided until ${reviewUntil}; then the defaults apply. See \`/v1/cases?programme=${programme}&period=${period}\`.`,
  );
  // Without a timer where it is over already: the shortest there is takes a second.
  if (msUntil(reviewUntil, Date.now()) > 0) {
    await condition(() => reviewEnded, msUntil(reviewUntil, Date.now()), { summary: `review, until ${reviewUntil}` });
  }

  enter('issue', 'Applying defaults; waiting for its turn to number statements.');
  await quick.applyDefaults.executeWithOptions({ summary: 'defaults for untouched cases' }, [{ ...key, now: now() }]);
  if (!reviewEnded && msUntil(issueFrom, Date.now()) > 0) {
    enter(
      'issue',
      `The review is over. Statements are issued from ${issueFrom} on. At once: \`POST ${api}/end-review\`.`,
    );
    await condition(() => reviewEnded, msUntil(issueFrom, Date.now()), { summary: `day of issue, ${issueFrom}` });
    enter('issue', 'Waiting for its turn to number statements.');
  }
  await condition(() => myTurn);
  enter('issue', 'Rating, numbering and freezing statements; what is issued is rendered and mailed.');
  const send = async (stretch: { from: number; to: number }) => {
    await rendering.renderStatements.executeWithOptions({ summary: `PDFs from position ${stretch.from}` }, [
      { ...key, ...stretch, now: now() },
    ]);
    return mailing.drainOutbox.executeWithOptions({ summary: 'mail what is rendered' }, [{ programme, period }]);
  };
  const sending: Promise<{ sent: number }>[] = [];
  let issued: IssueCounts = { issued: 0, parked: 0 };
  let from = 0;
  while (from < input.msps) {
    const isFirst = from === 0 && input.msps > MSPS_AT_ONCE;
    const stretch = { from, to: isFirst ? FIRST_MSPS : from - (from % MSPS_AT_ONCE) + MSPS_AT_ONCE };
    issued = await batch.issueStatements.executeWithOptions({ summary: `rate, number, freeze from position ${from}` }, [
      { ...key, ...stretch, now: now() },
    ]);
    const sent = send(stretch);
    // It is waited for below, whatever comes of it meanwhile.
    sent.catch(() => undefined);
    sending.push(sent);
    from = stretch.to;
  }
  numbered = true;
  await tellNumbered();

  enter(
    'send',
    `Rendering and mailing ${issued.issued} statements. ${issued.parked} MSPs are parked: see \`${api}/parked\`.`,
  );
  if (issued.parked > 0) {
    await quick.startSettlements.executeWithOptions({ summary: 'one workflow per parked MSP' }, [key]);
  }
  const sent = await Promise.all(sending);
  enter('done', `${issued.issued} issued, ${issued.parked} parked.`);
  return { shard, ...issued, mailed: sent.reduce((sum, result) => sum + result.sent, 0) };
}
