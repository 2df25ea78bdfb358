import { settlementOf, type Settlement as Stored } from '../db/closing/settlement.js';
import { ALL } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';
import { stepFor } from '../domain/parkedStep.js';
import type { RunInput } from '../domain/run.js';
import type { ActivityDeps } from './deps.js';

/** Where one MSP's statement stands. `deadline` is an ISO instant. */
export interface Settlement extends Omit<Stored, 'deadline'> {
  deadline: string;
  /** The step that helps its reason, for people. */
  toDo: string;
}

/** Reads only. */
export const loadSettlement =
  ({ db, publicUrl }: Pick<ActivityDeps, 'db' | 'publicUrl'>) =>
  (key: RunInput & { mspId: string }): Promise<Settlement> =>
    db.transaction(ALL, async (trx) => {
      const found = await settlementOf(trx, key);
      if (found === undefined) {
        throw new KontorError(
          'NOT_FOUND',
          `MSP ${key.mspId} takes no part in the run of ${key.period} of "${key.programme}".`,
        );
      }
      const parked = { mspId: key.mspId, code: found.parkedCode, openCases: found.openCases };
      return { ...found, deadline: found.deadline.toISOString(), toDo: stepFor(parked, key, publicUrl ?? '') };
    });
