import { KONTOR } from '../domain/access/actor.js';
import { ALL } from '../db/connect.js';
import { endParticipation } from '../db/programmes/endParticipation.js';
import { expireSignUps } from '../db/programmes/expireSignUps.js';
import { leavers } from '../db/programmes/participationStore.js';
import { openCasesAfterLast } from './closing/casesAfterLast.js';
import type { ActivityDeps } from './deps.js';

/**
 * Rule 20: marks MSPs as left whose last period is over as of `now` (ISO), and ends their keys; opens cases of what came after
 * their last statement; lets sign-ups expire that nobody has confirmed. Idempotent by state; each MSP is a transaction of its
 * own.
 */
export const endParticipations =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ left: number }> => {
    const at = new Date(input.now);
    const notConfirmed = { at, actor: KONTOR, reason: 'Its address was not confirmed in time.', decidedBy: null };
    await deps.db.transaction(ALL, (trx) => expireSignUps(trx, { dueBy: at }, notConfirmed));
    const change = { at, actor: KONTOR, reason: 'Its last month is over (rule 20).' };
    let left = 0;
    for (const leaving of await deps.db.transaction(ALL, leavers)) {
      if (await deps.db.transaction(ALL, (trx) => endParticipation(trx, leaving, change))) left += 1;
    }
    await openCasesAfterLast(deps.db, at);
    return { left };
  };
