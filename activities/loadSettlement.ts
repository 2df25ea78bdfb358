import { settlementOf, type Settlement as Stored } from '../db/closing/settlement.js';
import { ALL, type Database } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';
import type { RunInput } from '../domain/run.js';

/** Where one MSP's statement stands. `deadline` is an ISO instant. */
export interface Settlement extends Omit<Stored, 'deadline'> {
  deadline: string;
}

/** Reads only. */
export const loadSettlement =
  ({ db }: { db: Database }) =>
  (key: RunInput & { mspId: string }): Promise<Settlement> =>
    db.transaction(ALL, async (trx) => {
      const found = await settlementOf(trx, key);
      if (found === undefined) {
        throw new KontorError(
          'NOT_FOUND',
          `MSP ${key.mspId} takes no part in the run of ${key.period} of "${key.programme}".`,
        );
      }
      return { ...found, deadline: found.deadline.toISOString() };
    });
