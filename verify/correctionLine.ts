import { exact, inWords, major, rounded, times } from './evaluate/exact.js';
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

/** A correction is what its formula comes to at the rate of then, less what was billed, plus what was withheld, converted where it must be. */
export function checkCorrection(line: StoredLine, rate: Rate | null, currency: string, say: Say): void {
  const { lineNo, ratedMinor, billedMinor, exchange, amountMinor } = line;
  const isPriced = line.kind === 'correction' || line.change === 'quantity';
  if (isPriced) amountIsRated(line, BigInt(ratedMinor), rate, line.currency, say);
  const withheld = BigInt(line.withheldMinor ?? 0);
  if (withheld < 0n) say(`line ${lineNo}: it withholds less than nothing`);
  const difference = major(BigInt(ratedMinor) - BigInt(billedMinor) + withheld, line.currency);
  if (!exchange && line.currency !== currency) say(`line ${lineNo}: it is in ${line.currency}, and has no rate`);
  const booked = rounded(times(difference, exact(exchange?.rate ?? 1)), currency);
  if (booked !== BigInt(amountMinor)) say(`line ${lineNo}: its difference is not its amount`);
}
