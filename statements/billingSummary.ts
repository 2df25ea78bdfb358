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

/** One credit of a billing pack, as its summary lists it. */
export interface SummarisedCredit {
  number: string;
  creditDate: Day;
  mspName: string;
  registrationNumber: string;
  /** Of the statement that it takes back part of. */
  statementNumber: string;
  currency: string;
  /** Negative, minor units of `currency`. */
  totalMinor: bigint;
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
  /** Issued since the distributor's pack before this one. */
  credits: SummarisedCredit[];
  /** MSPs whose statements wait for a decision. */
  parked: { mspName: string; reason: string }[];
}

/** Total of all statements in one currency less what credits take back, in its minor units. */
export interface CurrencyTotal {
  currency: string;
  statements: number;
  credits: number;
  totalMinor: bigint;
}

/** Totals by currency, in alphabetical order of the codes: amounts in different currencies are never added. */
export function totalsByCurrency({
  statements,
  credits,
}: Pick<BillingSummary, 'statements' | 'credits'>): CurrencyTotal[] {
  const totals = new Map<string, CurrencyTotal>();
  const add = (
    { currency, totalMinor }: { currency: string; totalMinor: bigint },
    counted: 'statements' | 'credits',
  ): void => {
    const total = totals.get(currency) ?? { currency, statements: 0, credits: 0, totalMinor: 0n };
    totals.set(currency, {
      ...total,
      [counted]: total[counted] + 1,
      totalMinor: total.totalMinor + totalMinor,
    });
  };
  for (const statement of statements) add(statement, 'statements');
  for (const credit of credits) add(credit, 'credits');
  return [...totals.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
