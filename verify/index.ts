/**
 * `kontor verify`: the invariants, each checked by one file over the database and the stored documents, programme by
 * programme. A checker reads, works out anew, and says in one sentence each what is wrong. Nothing is recomputed by the
 * functions that made it: quantities, estimates, licences, prices, rounding and corrections are worked out in SQL and in
 * `evaluate/`, which import no arithmetic and no query of the close (dependency-cruiser, `verify-is-a-second-opinion`). So a
 * mistake in the close shows as one of them; `npm run mutants` plants such mistakes. Documents alone are drawn again by what
 * drew them. It runs at rest: what is under way, such as a mail being sent, is reported as not finished.
 */
import { ALL, type Database } from '../db/connect.js';
import { onlyProgramme } from '../db/programmes/onlyProgramme.js';
import { listProgrammes } from '../db/programmes/programmeStore.js';
import { parsePeriod } from '../domain/period.js';
import type { RenderPool } from '../statements/index.js';
import type { Checker, Finding, VerifyContext } from './context.js';
import { checkAuditTrail, checkFrozenBytes } from './frozenBytes.js';
import { checkLinesAndTotals } from './linesAndTotals.js';
import { checkMailIdentities, checkMails } from './mails.js';
import { checkMonthsAndMembers } from './monthsAndMembers.js';
import { checkNumbering } from './numbering.js';
import { checkRunEnds } from './runEnds.js';
import { checkRunAgain } from './runAgain.js';
import { checkSecrets, type HistoryText, type Place } from './secrets.js';
import { checkSitesCovered } from './sitesCovered.js';
import { checkRowSecurity, checkTenancy } from './tenancy.js';
import { checkUsageCounted } from './usageCounted.js';

interface InvariantDefinition {
  says: string;
  /** Of one programme's rows. */
  check?: Checker;
  /** Of what belongs to no single programme. */
  shared?: Checker;
}

/** What each invariant says, and who checks it. */
export const INVARIANTS = {
  I1: { says: 'one issued statement per MSP, period and revision; numbers without gaps', check: checkNumbering },
  I2: { says: 'lines = totals = rated peaks, to the last minor unit', check: checkLinesAndTotals },
  I3: { says: 'each active site is in exactly one statement or one open case', check: checkSitesCovered },
  I4: {
    says: 'one accepted mail per Message-ID; at rest every mail has ended',
    check: checkMails,
    shared: checkMailIdentities,
  },
  I5: { says: 'issued rows and bytes never change', check: checkFrozenBytes, shared: checkAuditTrail },
  I6: { says: 'acknowledged usage is counted once, refused usage has no effect', check: checkUsageCounted },
  I7: { says: 'no byte crosses tenants', check: checkTenancy, shared: checkRowSecurity },
  I8: { says: 'running the month again changes nothing and sends nothing', check: checkRunAgain },
  I9: { says: 'the run finishes, or parks visibly', check: checkRunEnds },
  I10: {
    says: 'no secret in history, logs, errors or documents',
    shared: checkSecrets,
  },
  I11: {
    says: 'months are closed in order, for their members, by what held when they were opened',
    check: checkMonthsAndMembers,
  },
} as const satisfies Record<string, InvariantDefinition>;

export type Invariant = keyof typeof INVARIANTS;
export const INVARIANT_NAMES = Object.keys(INVARIANTS) as Invariant[];

/** A list says what is wrong, at most `SHOWN` sentences and then how many more. */
export type Verdict = 'holds' | 'not checked' | 'no longer kept' | string[];
export type Verdicts = Partial<Record<Invariant, Verdict>>;

export interface Report {
  /** By the programme's code. */
  programmes: Record<string, Verdicts>;
  /** What belongs to no single programme: the identities of mails, the audit trail, row level security. */
  shared: Verdicts;
  /** I10: how many tables, documents, mails, histories and log files were searched for secrets; null: not checked. */
  searched: Partial<Record<Place, number | null>>;
  /** I10: how many secrets of authenticators and identity providers were looked for there; null: without keys none is known. */
  secretsOpened: number | null;
}

export interface VerifyOptions {
  /** A programme's code; none: every programme there is. */
  programme?: string;
  /** `YYYY-MM`; none: every period. Numbering, hash chains and usage reach beyond it where they must. */
  period?: string;
  /** Renders statements and summaries again and compares the bytes; none: only hashes are compared. */
  renderPool?: RenderPool;
  /** How many of them; a sample, evenly spread over the numbers, unless all are asked for. */
  documents?: 'all' | 'sample';
  /** Folder of the embedded inbox's `.eml` files. */
  inboxDir?: string;
  /** Histories of workflows as text, such as `historyTexts` (starts/) reads them. */
  histories?: AsyncIterable<HistoryText>;
  /** Folders of log files. */
  logDirs?: readonly string[];
  /** Opens what the database keeps encrypted, such as config/secretBox.ts does; null: it cannot. */
  openSecret?: (sealed: string, place: string) => string | null;
  now?: Date;
  onProgress?: (invariant: Invariant, done: number, total: number) => void;
}

const SHOWN = 20;
/** While the documents of one are drawn again, the database works for the other. */
const PROGRAMMES_AT_ONCE = 2;

function verdictOf(finding: Finding): Verdict {
  if (!Array.isArray(finding)) return finding;
  if (finding.length === 0) return 'holds';
  return finding.length <= SHOWN ? finding : [...finding.slice(0, SHOWN), `and ${finding.length - SHOWN} more`];
}

async function verdictsOf(
  context: Omit<VerifyContext, 'progress'>,
  { onProgress }: Pick<VerifyOptions, 'onProgress'>,
): Promise<Verdicts> {
  const found = INVARIANT_NAMES.map(async (invariant): Promise<[Invariant, Verdict] | null> => {
    const { check, shared }: InvariantDefinition = INVARIANTS[invariant];
    const checker = context.programme === null ? shared : check;
    if (checker === undefined) return null;
    const progress = (done: number, total: number) => onProgress?.(invariant, done, total);
    return [invariant, verdictOf(await checker({ ...context, progress }))];
  });
  return Object.fromEntries((await Promise.all(found)).filter((verdict) => verdict !== null));
}

/**
 * Checks every invariant, side by side, of a few programmes at a time, and beside them what is shared. Throws PERIOD_INVALID,
 * NOT_FOUND where there is no such programme, and what the database throws.
 */
export async function verifyAll(db: Database, options: VerifyOptions = {}): Promise<Report> {
  const { programme: given } = options;
  const codes = await db.transaction(ALL, async (trx) =>
    given === undefined ? (await listProgrammes(trx)).map(({ code }) => code) : [await onlyProgramme(trx, given)],
  );
  const searched: Report['searched'] = {};
  let secretsOpened: number | null = null;
  const context = {
    db,
    period: options.period === undefined ? null : parsePeriod(options.period),
    renderPool: options.renderPool ?? null,
    documents: options.documents ?? ('sample' as const),
    inboxDir: options.inboxDir ?? null,
    histories: options.histories ?? null,
    logDirs: options.logDirs ?? [],
    openSecret: options.openSecret ?? null,
    opened: (count: number | null) => {
      secretsOpened = count;
    },
    searched: (place: Place, count: number | null) => {
      searched[place] = count;
    },
    now: options.now ?? new Date(),
  };
  const programmes: Record<string, Verdicts> = Object.fromEntries(codes.map((code) => [code, {}]));
  const waiting = codes.values();
  const ofProgrammes = async () => {
    for (const programme of waiting) programmes[programme] = await verdictsOf({ ...context, programme }, options);
  };
  // What is shared searches texts here while the database works for the programmes.
  const [shared] = await Promise.all([
    verdictsOf({ ...context, programme: null }, options),
    ...Array.from({ length: PROGRAMMES_AT_ONCE }, ofProgrammes),
  ]);
  return { programmes, shared, searched, secretsOpened };
}

/** One verdict per invariant over all programmes: what is wrong anywhere, each sentence with its programme. */
export function overallVerdicts({
  programmes,
  shared,
}: Pick<Report, 'programmes' | 'shared'>): Record<Invariant, Verdict> {
  const overall = INVARIANT_NAMES.map((invariant): [Invariant, Verdict] => {
    const parts = [...Object.entries(programmes), ['', shared] as const].flatMap(
      ([programme, { [invariant]: part }]) => {
        if (!Array.isArray(part) || programme === '') return part === undefined ? [] : [part];
        return [part.map((problem) => `${programme}: ${problem}`)];
      },
    );
    const wrong = parts.filter((part) => Array.isArray(part)).flat();
    if (wrong.length > 0) return [invariant, wrong];
    return [invariant, parts.includes('holds') ? 'holds' : 'not checked'];
  });
  return Object.fromEntries(overall) as Record<Invariant, Verdict>;
}

/** Whether nothing was found wrong. */
export function allHold({ programmes, shared }: Report): boolean {
  return [shared, ...Object.values(programmes)].every((verdicts) =>
    Object.values(verdicts).every((verdict) => !Array.isArray(verdict)),
  );
}
