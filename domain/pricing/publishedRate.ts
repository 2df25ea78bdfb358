import type { Day } from '../period.js';
import { decimal } from '../money.js';

/** What the European Central Bank published, whoever loaded it. Statements name it in their language. */
export const ECB_SOURCE = 'European Central Bank, euro foreign exchange reference rates';

/** Reference rates began with the euro. */
export const FIRST_RATE_DAY: Day = '1999-01-04';

/** An exact decimal above zero, as rates are published. */
export function isPublishableRate(text: string): boolean {
  return /^\d{1,12}(\.\d{1,12})?$/.test(text) && decimal(text).gt(0);
}

/** A day of the calendar from the first one on, written `YYYY-MM-DD`. */
export function isRateDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < FIRST_RATE_DAY) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
}

/** Two rates of one pair further apart than this are more likely a slip, such as the pair turned round. */
const USUAL_FACTOR = 1.5;

/** Whether a rate is what one expects after the last known one of its pair. */
export function isUsualAfter(rate: string, last: string): boolean {
  const quotient = decimal(rate).div(decimal(last));
  return quotient.lte(USUAL_FACTOR) && quotient.gte(decimal(1).div(USUAL_FACTOR));
}
