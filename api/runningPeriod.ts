import type { Trx } from '../db/connect.js';
import { findMsp } from '../db/parties/mspStore.js';
import { periodOf, type Period } from '../domain/period.js';

/** The month that runs in the MSP's zone (rule 1); in UTC for whoever does not see that. */
export async function runningPeriod(trx: Trx, mspId: string, at: Date): Promise<Period> {
  return periodOf(at, (await findMsp(trx, mspId))?.zone ?? 'UTC');
}
