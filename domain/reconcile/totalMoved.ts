import type { Evidence, OtherKind, ReconcileSettings } from './kind.js';

/** The statement's total moved by more than a quarter against the last one: a second person confirms. */
export const totalMoved = {
  kind: 'total_moved',
  level: 'statement',
  handling: 'person',
  decisions: ['confirm'],
} as const satisfies OtherKind;

/** Null when the total did not move that far, or there is nothing to compare it with. Amounts in minor units. */
export function detectTotalMoved(
  totalMinor: bigint,
  lastTotalMinor: bigint | null,
  { totalMovedPercent }: ReconcileSettings,
): Evidence | null {
  if (lastTotalMinor === null || lastTotalMinor === 0n) return null;
  const moved = totalMinor > lastTotalMinor ? totalMinor - lastTotalMinor : lastTotalMinor - totalMinor;
  const base = lastTotalMinor < 0n ? -lastTotalMinor : lastTotalMinor;
  return moved * 100n > BigInt(totalMovedPercent) * base
    ? { totalMinor: totalMinor.toString(), lastTotalMinor: lastTotalMinor.toString() }
    : null;
}
