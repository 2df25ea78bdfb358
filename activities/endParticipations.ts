import { KONTOR } from '../domain/access/actor.js';
import { ALL } from '../db/connect.js';
import { endParticipation } from '../db/programmes/endParticipation.js';
import { leavers } from '../db/programmes/participationStore.js';
import type { ActivityDeps } from './deps.js';

/**
 * Rule 20: marks MSPs as left whose last period is over as of `now` (ISO), and ends their keys. Idempotent by state; each
 * is a transaction of its own.
 */
export const endParticipations =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ left: number }> => {
    const change = { at: new Date(input.now), actor: KONTOR, reason: 'Its last month is over (rule 20).' };
    let left = 0;
    for (const leaving of await deps.db.transaction(ALL, leavers)) {
      if (await deps.db.transaction(ALL, (trx) => endParticipation(trx, leaving, change))) left += 1;
    }
    return { left };
  };
