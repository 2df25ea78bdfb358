import { z } from 'zod';
import { decimalStringToMinor } from '../money.js';
import type { Period } from '../period.js';
import { amountMinor, month } from './evidence.js';
import { otherKind } from './kind.js';
import type { Thresholds } from './thresholds.js';

/**
 * The total moved by more than a quarter against the last statement there is, or a first statement is over a set amount:
 * a second person confirms. `last…` is null for a first statement.
 */
export const totalMoved = otherKind({
  kind: 'total_moved',
  level: 'statement',
  handlings: ['person'],
  defaults: [],
  decisions: ['confirm'],
  evidence: z.strictObject({
    totalMinor: amountMinor,
    lastTotalMinor: amountMinor.nullable(),
    lastPeriod: month.nullable(),
  }),
});

/** A total in minor units of its currency. */
export interface Total {
  totalMinor: bigint;
  currency: string;
}

/** The last statement before this one, however many months ago; in the same currency. */
export interface LastTotal {
  totalMinor: bigint;
  period: Period;
}

function isFirstOver({ totalMinor, currency }: Total, { firstStatementOver }: Thresholds): boolean {
  const limit = firstStatementOver[currency];
  return limit !== undefined && totalMinor > decimalStringToMinor(limit, currency);
}

function hasMoved(total: bigint, last: bigint, { totalMovedPercent }: Thresholds): boolean {
  const moved = total > last ? total - last : last - total;
  return moved * 100n > BigInt(totalMovedPercent) * (last < 0n ? -last : last);
}

/**
 * Null: nothing to confirm. Without a last statement, or after one of zero, which every total would move against, the
 * amount alone decides.
 */
export function detectTotalMoved(
  total: Total,
  last: LastTotal | null,
  thresholds: Thresholds,
): z.output<typeof totalMoved.evidence> | null {
  const isFirst = last === null || last.totalMinor === 0n;
  const found = isFirst ? isFirstOver(total, thresholds) : hasMoved(total.totalMinor, last.totalMinor, thresholds);
  return found
    ? {
        totalMinor: total.totalMinor.toString(),
        lastTotalMinor: last?.totalMinor.toString() ?? null,
        lastPeriod: last?.period ?? null,
      }
    : null;
}
