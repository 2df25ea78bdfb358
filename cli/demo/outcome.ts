import { ALL } from '../../db/connect.js';
import { usageCounts } from '../../db/readModels/usageCounts.js';
import type { Invariant, Verdict } from '../../verify/index.js';
import { decimalTotals } from '../closing/runView.js';
import { statusOf } from './closeMonth.js';
import { historyEvents } from './historyEvents.js';
import type { Scene } from './scene.js';
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
  discrepancies: Record<string, number>;
  statements: number;
  parked: number;
  mailsAccepted: number;
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
}

const MIB = 1024 * 1024;

/** What the month came to, read from the database and Temporal. */
export async function outcomeOf(scene: Scene, { timings, load, pdfs, verdicts }: Measured): Promise<DemoOutcome> {
  const { world, db, client } = scene;
  const run = await statusOf(scene, world.period);
  const usage = await db.transaction(ALL, (trx) => usageCounts(trx, world.period));
  const events = await historyEvents(client, world.period);
  return {
    ...world,
    ...usage,
    discrepancies: run?.discrepancies ?? {},
    statements: run?.participants.issued ?? 0,
    parked: run?.participants.parked ?? 0,
    mailsAccepted: run?.mails['sent'] ?? 0,
    closeMs: (timings['closeUntilReview'] ?? 0) + (timings['closeAfterReview'] ?? 0),
    totals: decimalTotals(run?.totals ?? {}),
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
