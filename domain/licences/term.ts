import { Temporal } from 'temporal-polyfill';
import type { Day } from '../period.js';

export const TERM_YEARS = { min: 1, max: 5 } as const;

/** The first day that a licence of `years` from `startsOn` does not cover; from 29 February it ends on 28 February. */
export function termEnd(startsOn: Day, years: number): Day {
  return Temporal.PlainDate.from(startsOn).add({ years }).toString();
}
