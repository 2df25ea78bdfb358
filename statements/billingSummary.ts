import type { Day, Period } from '../domain/period.js';
import type { Party } from '../domain/statement.js';
import type { Locale } from '../locales/index.js';

/** One statement of a billing pack, as its summary lists it. */
export interface SummarisedStatement {
  number: string;
  mspName: string;
  registrationNumber: string;
  currency: string;
  /** Minor units of `currency`. */
  totalMinor: bigint;
  lineCount: number;
  estimatedLines: number;
  correctionLines: number;
}

/** What a distributor gets to know about one period, frozen when the pack is made; it determines the PDF's bytes. */
export interface BillingSummary {
  distributor: Party;
  vendor: Party;
  locale: Locale;
  period: Period;
  /** Date of the document, as `statementDate` of a statement: not the wall clock. */
  date: Day;
  /** 0: the pack itself; 1, 2, …: what was settled later. */
  supplement: number;
  statements: SummarisedStatement[];
  /** MSPs whose statements wait for a decision. */
  parked: { mspName: string; reason: string }[];
}

/** Total of all statements in one currency, in its minor units. */
export interface CurrencyTotal {
  currency: string;
  statements: number;
  totalMinor: bigint;
}

/** Totals by currency, in alphabetical order of the codes: amounts in different currencies are never added. */
export function totalsByCurrency(statements: readonly SummarisedStatement[]): CurrencyTotal[] {
  const totals = new Map<string, CurrencyTotal>();
  for (const { currency, totalMinor } of statements) {
    const total = totals.get(currency) ?? { currency, statements: 0, totalMinor: 0n };
    totals.set(currency, {
      currency,
      statements: total.statements + 1,
      totalMinor: total.totalMinor + totalMinor,
    });
  }
  return [...totals.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
