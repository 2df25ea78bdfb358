import { dayOf, type Day, type Period } from './period.js';
import { sumMinor } from './money.js';
import type { DueManualCorrection } from './rating.js';
import { TEMPLATE_VERSION, type ManualCorrectionLine, type Party, type Statement } from './statement.js';

/** Everything a credit says, frozen when it is confirmed: it takes back part of an issued statement and names it. */
export interface Credit {
  /** Gapless per programme, distributor and year (rule 13), such as `MSP-IT-2026-C000042`. */
  number: string;
  templateVersion: number;
  /** ISO 639-1. */
  locale: string;
  /** IANA time zone of the MSP, as its statement has it: the date is a day of it. */
  zone: string;
  creditDate: Day;
  /** Of the statement that it takes back part of. */
  statementNumber: string;
  statementDate: Day;
  period: Period;
  currency: string;
  vendor: Party;
  distributor: Party;
  msp: Party;
  lines: ManualCorrectionLine[];
  /** Negative, minor units of `currency`; of what the lines add up to. */
  totalMinor: bigint;
}

/** A credit but its number, from a confirmed correction; `at` is the instant at which it was confirmed. */
export function draftCredit(statement: Statement, due: DueManualCorrection, at: Date): Omit<Credit, 'number'> {
  const { locale, zone, number, statementDate, period, currency, vendor, distributor, msp } = statement;
  const lines = [{ ...due, lineNo: 1, amountMinor: due.ratedMinor - due.billedMinor }];
  return {
    templateVersion: TEMPLATE_VERSION,
    ...{ locale, zone, creditDate: dayOf(at, zone), statementNumber: number, statementDate, period, currency },
    ...{ vendor, distributor, msp, lines },
    totalMinor: sumMinor(lines.map(({ amountMinor }) => amountMinor)),
  };
}
