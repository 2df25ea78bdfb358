import { exact, inWords, major, plus, rounded, times } from './evaluate/exact.js';
import { amountOf, printedProducts } from './evaluate/price.js';
import type { Rate, StoredLine } from './statementBatches.js';

export type Say = (problem: string) => void;

/** Multiplied, added, converted, rounded once (rules 10 and 11). */
export function amountIsRated(
  line: StoredLine,
  amountMinor: bigint,
  rate: Rate | null,
  currency: string,
  say: Say,
): void {
  const rated = rounded(times(amountOf(printedProducts(line.steps)), exact(rate?.rate ?? 1)), currency);
  if (rated === amountMinor) return;
  say(
    `line ${line.lineNo}: its formula gives ${inWords(rated, currency)}, billed are ${inWords(amountMinor, currency)}`,
  );
}

/** A correction is what its formula comes to at the rate of then, less what was billed, converted where it must be. */
export function checkCorrection(line: StoredLine, rate: Rate | null, currency: string, say: Say): void {
  const { lineNo, ratedMinor, billedMinor, exchange, amountMinor } = line;
  const isPriced = line.kind === 'correction' || line.change === 'quantity';
  if (isPriced) amountIsRated(line, BigInt(ratedMinor), rate, line.currency, say);
  const difference = plus(major(BigInt(ratedMinor), line.currency), major(-BigInt(billedMinor), line.currency));
  if (!exchange && line.currency !== currency) say(`line ${lineNo}: it is in ${line.currency}, and has no rate`);
  const booked = rounded(times(difference, exact(exchange?.rate ?? 1)), currency);
  if (booked !== BigInt(amountMinor)) say(`line ${lineNo}: its difference is not its amount`);
}
