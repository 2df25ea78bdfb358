import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { ALL } from '../db/connect.js';
import { endedWithKeys, revokeKeysOf } from '../db/programmes/subscriptionStore.js';
import { periodRange } from '../domain/period.js';
import type { ActivityDeps } from './deps.js';

const REASON = 'Its subscription has ended.';

/**
 * Ends the keys of tenants and products whose subscription is over as of `now` (ISO), with its last month: use after it is
 * measured against that (rule 3). Idempotent by the keys' state; each subscription is a transaction of its own.
 */
export const endSubscriptions =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ ended: number }> => {
    const now = new Date(input.now);
    let ended = 0;
    for (const over of await deps.db.transaction(ALL, (trx) => endedWithKeys(trx, now))) {
      const { fromPeriod, zone, ...key } = over;
      const { start } = periodRange(fromPeriod, zone);
      await deps.db.transaction(ALL, async (trx) => {
        const keys = await revokeKeysOf(trx, key, { at: start, reason: REASON });
        if (keys === 0) return;
        ended += 1;
        appendAudit(trx, {
          at: now,
          actor: KONTOR,
          action: 'subscription.keysRevoked',
          subject: `tenant:${key.tenantId}`,
          mspId: key.mspId,
          after: { ...key, fromPeriod, revokedKeys: keys },
          reason: REASON,
        });
      });
    }
    return { ended };
  };
