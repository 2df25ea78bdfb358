import { mspZones } from '../db/readModels/mspZones.js';
import type { Trx } from '../db/connect.js';
import { fieldError } from '../domain/errors.js';
import { opensAt, periodRange, type Period } from '../domain/period.js';

/**
 * Throws PERIOD_NOT_OVER until the month has ended in every MSP's zone and the programme's run may open (rule 1): usage
 * of the last hours, west of the programme, would else be counted nowhere.
 */
export async function requirePeriodOver(trx: Trx, period: Period, now: Date): Promise<void> {
  const zones = await mspZones(trx);
  const from = new Date(
    Math.max(
      ...zones.programmes.map((zone) => opensAt(period, zone).getTime()),
      ...zones.msps.map((zone) => periodRange(period, zone).end.getTime()),
      periodRange(period, 'UTC').end.getTime(),
    ),
  );
  if (now < from) {
    throw fieldError('PERIOD_NOT_OVER', '/period', `${period} can be closed from ${from.toISOString()} on.`);
  }
}
