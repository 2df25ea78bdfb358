import { ALL, type Database } from '../../db/connect.js';
import { ensureCheckInPartition } from '../../db/usage/checkInStore.js';
import type { CheckInMessage } from '../../domain/siteMessage.js';

/**
 * Sees to it that the months of a message have their partitions, in transactions of its own, once per month and process:
 * others that need the same one wait until it is there, and not until somebody's check-ins are stored.
 */
export function createCheckInPartitions(db: Database): (message: CheckInMessage) => Promise<void> {
  const known = new Map<string, Promise<void>>();
  return async ({ checkIns }) => {
    const months = new Set(checkIns.map(({ observedAt }) => observedAt.toISOString().slice(0, 7)));
    for (const month of months) {
      let made = known.get(month);
      if (made === undefined) {
        made = db.transaction(ALL, (trx) => ensureCheckInPartition(trx, month));
        known.set(month, made);
        made.catch(() => known.delete(month));
      }
      await made;
    }
  };
}
