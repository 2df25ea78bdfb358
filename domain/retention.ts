/**
 * Rule 15, as data: the classes of what is kept, and from where on each is kept on a given day. Whole months and whole years
 * go, never single days: what is left is complete from its first month on, and can be checked.
 */
import { addMonths, dayOf, periodDays, periodOf, previousPeriod, type Period } from './period.js';
import type { KeepingSettings } from './settings/keeping.js';
import { periodsBack } from './settings/lateUsage.js';

interface RetentionClassSpec {
  /** What it is, for people. */
  says: string;
  tables: readonly string[];
  setting: keyof KeepingSettings;
  /** What `keptFrom` is. */
  by: 'month' | 'year' | 'day';
  /** `programme`: each programme's own setting; `all`: of the programmes the one that keeps it longest. */
  of: 'programme' | 'all';
}

/** In the order in which they are removed: what explains a document goes with it or after it. */
export const RETENTION_CLASSES = {
  checkIns: {
    says: 'check-ins',
    tables: ['check_in', 'late_check_in'],
    setting: 'checkInMonths',
    by: 'month',
    of: 'programme',
  },
  usageReports: {
    says: 'usage reports',
    tables: ['usage_report'],
    setting: 'usageReportMonths',
    by: 'month',
    of: 'programme',
  },
  refusals: {
    says: 'refused messages and claims',
    tables: ['refused_message', 'refused_claims'],
    setting: 'usageReportMonths',
    by: 'month',
    of: 'all',
  },
  mails: {
    says: 'mails that have ended',
    tables: ['outbox'],
    setting: 'mailMonths',
    by: 'month',
    of: 'all',
  },
  documents: {
    says: 'issued statements and billing packs, with their lines and files',
    tables: ['statement', 'statement_line', 'statement_document', 'billing_pack', 'billing_pack_statement'],
    setting: 'documentYears',
    by: 'year',
    of: 'programme',
  },
  runFacts: {
    says: 'frozen facts, cases and participants of months whose documents are gone',
    tables: ['reconciled_site', 'discrepancy', 'run_participant'],
    setting: 'documentYears',
    by: 'year',
    of: 'programme',
  },
  auditTrail: {
    says: 'the beginning of the audit trail, and decisions',
    tables: ['audit_event', 'decision'],
    setting: 'documentYears',
    by: 'year',
    of: 'all',
  },
  access: {
    says: 'sessions, one-time links and tokens that have ended',
    tables: ['session', 'one_time_link', 'api_token'],
    setting: 'accessDays',
    by: 'day',
    of: 'all',
  },
  applications: {
    says: 'data of applicants who were rejected, withdrew or expired, and of who waits for a territory no more',
    tables: ['company', 'company_contact', 'company_change', 'participation', 'waiting_list'],
    setting: 'applicationMonths',
    by: 'month',
    of: 'all',
  },
} as const satisfies Record<string, RetentionClassSpec>;

export type RetentionClass = keyof typeof RETENTION_CLASSES;
export const RETENTION_CLASS_NAMES = Object.keys(RETENTION_CLASSES) as RetentionClass[];

export function classOf(name: RetentionClass): RetentionClassSpec {
  return RETENTION_CLASSES[name];
}

/** What decides how long a programme's rows are kept. */
export interface ProgrammeKeeping {
  programme: string;
  /** IANA time zone: its days, months and years are reckoned in it. */
  zone: string;
  keeping: KeepingSettings;
  /** The longest reach of late usage (rule 7) of all versions of its settings, in days. */
  reachDays: number;
  /** Months up to this one are closed, and each of their MSPs has its statement; null: none is. */
  closedUntil: Period | null;
  firstPeriod: Period;
  /** Of a programme that was ended. */
  lastPeriod: Period | null;
  /** The oldest month for which somebody may still let in late usage, or did and no run has booked it yet. */
  admittedFrom: Period | null;
}

/** The first month that is kept on the day of `now`: a month goes once so many months after it are over as well. */
export function firstMonthKept(now: Date, zone: string, months: number): Period {
  return addMonths(periodOf(now, zone), -months);
}

/**
 * The first month of usage that is kept: neither what the next run may correct, nor what checking the last one needs, is
 * removed, however long ago that was. One month more: what counts for a month may have been observed in the one before.
 */
export function firstUsageMonthKept(now: Date, of: ProgrammeKeeping, months: number): Period {
  const { closedUntil, firstPeriod, lastPeriod, reachDays, admittedFrom } = of;
  const isOver = lastPeriod !== null && closedUntil !== null && closedUntil >= lastPeriod;
  const corrected = addMonths(closedUntil ?? previousPeriod(firstPeriod), -periodsBack(reachDays));
  const needed = [...(isOver ? [] : [corrected]), ...(admittedFrom === null ? [] : [admittedFrom])];
  return [firstMonthKept(now, of.zone, months), ...needed.map(previousPeriod)].sort()[0] as Period;
}

/** The first calendar year that is kept: `years` whole years follow the one in which a document was issued. */
export function firstYearKept(now: Date, zone: string, years: number): string {
  return String(Number(dayOf(now, zone).slice(0, 4)) - years);
}

/** The last day on which a document of `issuedOn` is kept. */
export function documentsKeptUntil(now: Date, zone: string, years: number): string {
  return periodDays(`${String(Number(dayOf(now, zone).slice(0, 4)) + years)}-12` as Period).last;
}
