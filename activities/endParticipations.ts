import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { ALL, type Trx } from '../db/connect.js';
import { endParticipation } from '../db/programmes/endParticipation.js';
import { expireUnconfirmed, leavers } from '../db/programmes/participationStore.js';
import type { ActivityDeps } from './deps.js';

/** Sign-ups whose address nobody has confirmed in time (rule 14). */
async function expireSignUps(trx: Trx, at: Date): Promise<void> {
  for (const { mspId, programme } of await expireUnconfirmed(trx, at)) {
    await appendAudit(trx, {
      ...{ at, actor: KONTOR, action: 'msp.expired', subject: `msp:${mspId}`, mspId },
      before: { programme, state: 'unconfirmed' },
      after: { programme, state: 'expired' },
      reason: 'Its address was not confirmed in time.',
    });
  }
}

/**
 * Rule 20: marks MSPs as left whose last period is over as of `now` (ISO), and ends their keys; lets sign-ups expire that
 * nobody has confirmed. Idempotent by state; each MSP that leaves is a transaction of its own.
 */
export const endParticipations =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ left: number }> => {
    await deps.db.transaction(ALL, (trx) => expireSignUps(trx, new Date(input.now)));
    const change = { at: new Date(input.now), actor: KONTOR, reason: 'Its last month is over (rule 20).' };
    let left = 0;
    for (const leaving of await deps.db.transaction(ALL, leavers)) {
      if (await deps.db.transaction(ALL, (trx) => endParticipation(trx, leaving, change))) left += 1;
    }
    return { left };
  };
