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

/** Throws PERIOD_INVALID. */
export function runKeyOf({ programme, period }: RunInput): RunKey {
  return { programme, period: parsePeriod(period) };
}

/** The subject of a run in the audit trail. */
export function runSubject({ programme, period }: RunInput): string {
  return `run:${programme}:${period}`;
}
