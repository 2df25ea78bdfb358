import { KontorError } from './errors.js';
import { parsePeriod, type Period } from './period.js';

/** One month-end close: a programme's period. */
export interface RunKey {
  /** The programme's code. */
  programme: string;
  period: Period;
}

/** A run as inputs of workflows and activities carry it, in JSON. */
export interface RunInput {
  programme: string;
  /** `YYYY-MM` */
  period: string;
}

/** A run that is under way, over, or a month that was left out for good (rule 19). */
export const RUN_STATES = ['open', 'sealed', 'skipped'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What a shard of a run is at, in order; `gate`: it waits for a person (rule 4). */
export const SHARD_STAGES = ['collect', 'gate', 'reconcile', 'review', 'issue', 'done'] as const;
export type ShardStage = (typeof SHARD_STAGES)[number];

/**
 * MSPs of a shard that are reconciled, or issued, in one transaction: some thousand sites. While a stretch of them is rendered
 * and mailed the next one is issued.
 */
export const MSPS_AT_ONCE = 125;
/** Of a shard with more the first stretch ends here, so that its mails go while the threads render the rest. */
export const FIRST_MSPS = 25;

/** Where an MSP stands in a run. */
export type ParticipantState = 'open' | 'parked' | 'issued';

/** Throws PERIOD_INVALID. */
export function runKeyOf({ programme, period }: RunInput): RunKey {
  return { programme, period: parsePeriod(period) };
}

/** The subject of a run in the audit trail. */
export function runSubject({ programme, period }: RunInput): string {
  return `run:${programme}:${period}`;
}

/**
 * A database may have lost what it had confirmed, as after a failover to a replica that was behind; Temporal goes on all the
 * same, and would issue a month of which nothing is frozen. Begun again, a close does what is missing and nothing twice.
 */
export function databaseBehind({ programme, period }: RunInput, what: string): KontorError {
  return new KontorError(
    'DATABASE_BEHIND',
    `${what}: the database has lost what it had confirmed. Once it is whole, start the close of ${programme}:${period} ` +
      'again (`kontor close`): it does what is missing, and nothing twice.',
  );
}
