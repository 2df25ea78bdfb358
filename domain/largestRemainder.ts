/** A part of an amount; `byRemainder`: one minor unit of it is there because the parts, rounded down, left some over. */
export interface Part {
  amountMinor: bigint;
  byRemainder: boolean;
}

/**
 * An amount divided in proportion to weights, in minor units: each part rounded down, and what that leaves over goes, one unit
 * each, to the parts that lost most by it, of equals to the first. The parts add up to the amount. A credit is divided as the
 * amount that it takes back. Throws a RangeError where no weight is above zero, or one is below.
 */
export function byLargestRemainder(amountMinor: bigint, weights: readonly bigint[]): Part[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0n);
  if (all <= 0n || weights.some((weight) => weight < 0n)) throw new RangeError('There is nothing to divide by.');
  const sign = amountMinor < 0n ? -1n : 1n;
  const amount = amountMinor * sign;
  const parts = weights.map((weight, place) => ({
    place,
    floor: (amount * weight) / all,
    lost: (amount * weight) % all,
  }));
  const left = amount - parts.reduce((sum, { floor }) => sum + floor, 0n);
  const most = parts.toSorted((a, b) => (a.lost === b.lost ? a.place - b.place : a.lost > b.lost ? -1 : 1));
  const more = new Set(most.slice(0, Number(left)).map(({ place }) => place));
  return parts.map(({ place, floor }) => ({
    amountMinor: sign * (floor + (more.has(place) ? 1n : 0n)),
    byRemainder: more.has(place),
  }));
}
