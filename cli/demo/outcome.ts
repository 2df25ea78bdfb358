import type { PreviewedMsp } from '../../activities/previewPeriod.js';
import { ALL } from '../../db/connect.js';
import { orderTotals } from '../../db/orders/orderStore.js';
import type { RunStatus } from '../../db/readModels/runStatus.js';
import { usageCounts } from '../../db/readModels/usageCounts.js';
import type { Invariant, Verdict } from '../../verify/index.js';
import { decimalTotals } from '../closing/runView.js';
import { statusOf } from './closeMonth.js';
import { historyEvents } from './historyEvents.js';
import { runsOf, type Scene } from './scene.js';
import type { Stopwatch } from './stopwatch.js';
import type { WorkerLoad } from './workerLoad.js';
import type { WrittenPdfs } from './writePdfs.js';

/** The last line of `kontor demo --json`. */
export interface DemoOutcome {
  period: string;
  seed: number;
  msps: number;
  sites: number;
  /** Acknowledged of the month (UTC), and reports with their revisions. */
  checkIns: number;
  reports: number;
  programmes: { programme: string; statements: number; parked: number; totals: Record<string, string> }[];
  discrepancies: Record<string, number>;
  statements: number;
  parked: number;
  mailsAccepted: number;
  /** Term licences priced, ordered and approved today, so that the statement of the running month bills them. */
  licencesOrdered: { orders: number; totals: Record<string, string> };
  /** What the running month would come to for the MSPs with them. */
  licencesBilled: PreviewedMsp[];
  /** From the start of the close to the open review, plus from the end of the review to the sealed run. */
  closeMs: number;
  totals: Record<string, string>;
  invariants: Record<Invariant, string>;
  /** SHA-256 in hex over all documents, statements by number before packs. */
  pdfDigest: string;
  pdfs: number;
  /** The worker's, in the two stretches of `closeMs`. */
  sqlStatementsDuringClose: number;
  /** Largest of the samples taken in the same stretches, in MiB. */
  workerRssMb: number;
  /** Of the run, its shards and every statement that people settled. */
  historyEventsDuringClose: number;
  historyEventsOfDecisions: number;
  timings: Record<string, number>;
}

interface Measured {
  timings: Stopwatch['timings'];
  load: WorkerLoad;
  pdfs: WrittenPdfs;
  verdicts: Record<Invariant, Verdict>;
  licencesBilled: PreviewedMsp[];
}

const MIB = 1024 * 1024;

/** What the month came to, read from the database and Temporal. */
export async function outcomeOf(
  scene: Scene,
  { timings, load, pdfs, verdicts, licencesBilled }: Measured,
): Promise<DemoOutcome> {
  const { world, db, client } = scene;
  const runs: RunStatus[] = [];
  const events = { run: 0, people: 0 };
  for (const key of runsOf(world.period)) {
    const run = await statusOf(scene, key);
    if (run !== undefined) runs.push(run);
    const counted = await historyEvents(client, key);
    events.run += counted.run;
    events.people += counted.people;
  }
  const ordered = await db.transaction(ALL, orderTotals);
  const usage = await db.transaction(ALL, (trx) => usageCounts(trx, world.period));
  const sum = (count: (run: RunStatus) => number) => runs.reduce((total, run) => total + count(run), 0);
  return {
    ...world,
    ...usage,
    programmes: runs.map(({ programme, participants, totals }) => ({
      programme,
      statements: participants.issued,
      parked: participants.parked,
      totals: decimalTotals(totals),
    })),
    discrepancies: added(runs.map(({ discrepancies }) => discrepancies)),
    statements: sum(({ participants }) => participants.issued),
    parked: sum(({ participants }) => participants.parked),
    licencesOrdered: { orders: ordered.orders, totals: decimalTotals(ordered.totals) },
    licencesBilled,
    mailsAccepted: sum(({ mails }) => mails['sent'] ?? 0),
    closeMs: (timings['closeUntilReview'] ?? 0) + (timings['closeAfterReview'] ?? 0),
    totals: decimalTotals(addedAmounts(runs.map(({ totals }) => totals))),
    invariants: asText(verdicts),
    pdfDigest: pdfs.pdfDigest,
    pdfs: pdfs.files,
    sqlStatementsDuringClose: load.sqlStatements,
    workerRssMb: Math.round(load.peakRssBytes / MIB),
    historyEventsDuringClose: events.run,
    historyEventsOfDecisions: events.people,
    timings,
  };
}

function added(counts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((each) => Object.entries(each))) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** Minor units per currency, added up. */
function addedAmounts(totals: readonly Record<string, string>[]): Record<string, string> {
  const sums: Record<string, string> = {};
  for (const [currency, minor] of totals.flatMap((each) => Object.entries(each))) {
    sums[currency] = (BigInt(sums[currency] ?? '0') + BigInt(minor)).toString();
  }
  return sums;
}

/** Whether every invariant that was checked holds. */
export function nothingBroken({ invariants }: DemoOutcome): boolean {
  return Object.values(invariants).every((verdict) => verdict === 'holds' || verdict === 'not checked');
}

function asText(verdicts: Record<Invariant, Verdict>): Record<Invariant, string> {
  const texts = Object.entries(verdicts).map(([name, verdict]) => [
    name,
    Array.isArray(verdict) ? verdict.join('; ') : verdict,
  ]);
  return Object.fromEntries(texts) as Record<Invariant, string>;
}
