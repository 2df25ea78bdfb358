/**
 * `kontor verify`: the invariants of the house, each checked by one file over the database and the stored documents. A
 * checker reads, recomputes by another way than the code it checks, and says in one sentence each what is wrong. It runs
 * at rest: what is under way, such as a mail being sent, is reported as not finished.
 */
import type { Database } from '../db/connect.js';
import { parsePeriod } from '../domain/period.js';
import type { RenderPool } from '../statements/index.js';
import type { Checker, VerifyContext } from './context.js';
import { checkFrozenBytes } from './frozenBytes.js';
import { checkLinesAndTotals } from './linesAndTotals.js';
import { checkMails } from './mails.js';
import { checkNumbering } from './numbering.js';
import { checkRunEnds } from './runEnds.js';
import { checkRunAgain } from './runAgain.js';
import { checkSitesCovered } from './sitesCovered.js';
import { checkTenancy } from './tenancy.js';
import { checkUsageCounted } from './usageCounted.js';

/** What each invariant says, and who checks it. I10 takes canary secrets sent through a running system: a test does. */
export const INVARIANTS = {
  I1: { says: 'one issued statement per MSP, period and revision; numbers without gaps', check: checkNumbering },
  I2: { says: 'lines = totals = rated peaks, to the last minor unit', check: checkLinesAndTotals },
  I3: { says: 'each active site is in exactly one statement or one open case', check: checkSitesCovered },
  I4: { says: 'one accepted mail per Message-ID; at rest every mail has ended', check: checkMails },
  I5: { says: 'issued rows and bytes never change', check: checkFrozenBytes },
  I6: { says: 'acknowledged usage is counted once, refused usage has no effect', check: checkUsageCounted },
  I7: { says: 'no byte crosses tenants', check: checkTenancy },
  I8: { says: 'running the month again changes nothing and sends nothing', check: checkRunAgain },
  I9: { says: 'the run finishes, or parks visibly', check: checkRunEnds },
  I10: { says: 'no secret in history, logs, errors or documents', check: () => Promise.resolve('not checked') },
} as const satisfies Record<string, { says: string; check: Checker }>;

export type Invariant = keyof typeof INVARIANTS;
export const INVARIANT_NAMES = Object.keys(INVARIANTS) as Invariant[];

/** A list says what is wrong, at most `SHOWN` sentences and then how many more. */
export type Verdict = 'holds' | 'not checked' | string[];

export interface VerifyOptions {
  /** `YYYY-MM`; none: every period. Numbering, hash chains and usage reach beyond it where they must. */
  period?: string;
  /** Renders every statement and summary again and compares the bytes; none: only hashes are compared. */
  renderPool?: RenderPool;
  /** Folder of the embedded inbox's `.eml` files. */
  inboxDir?: string;
  now?: Date;
  onProgress?: (invariant: Invariant, done: number, total: number) => void;
}

const SHOWN = 20;

function verdictOf(finding: string[] | 'not checked'): Verdict {
  if (finding === 'not checked') return finding;
  if (finding.length === 0) return 'holds';
  return finding.length <= SHOWN ? finding : [...finding.slice(0, SHOWN), `and ${finding.length - SHOWN} more`];
}

/** Checks every invariant, one after the other. Throws PERIOD_INVALID, and what the database throws. */
export async function verifyAll(db: Database, options: VerifyOptions = {}): Promise<Record<Invariant, Verdict>> {
  const { onProgress } = options;
  const verdicts: [Invariant, Verdict][] = [];
  for (const invariant of INVARIANT_NAMES) {
    const context: VerifyContext = {
      db,
      period: options.period === undefined ? null : parsePeriod(options.period),
      renderPool: options.renderPool ?? null,
      inboxDir: options.inboxDir ?? null,
      now: options.now ?? new Date(),
      progress: (done, total) => onProgress?.(invariant, done, total),
    };
    const check: Checker = INVARIANTS[invariant].check;
    verdicts.push([invariant, verdictOf(await check(context))]);
  }
  return Object.fromEntries(verdicts) as Record<Invariant, Verdict>;
}

/** Whether nothing was found wrong. */
export function allHold(verdicts: Record<Invariant, Verdict>): boolean {
  return Object.values(verdicts).every((verdict) => !Array.isArray(verdict));
}
