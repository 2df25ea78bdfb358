import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';

/** Lets what a company has signed up for without confirming its address expire, because the company ends. */
export async function expireSignUps(
  trx: Trx,
  { companyId: mspId, at, by, reason }: { companyId: string; at: Date; by: Actor; reason: string },
): Promise<void> {
  const expired = await rows<{ programme: string }>(
    trx,
    `update participation set state = 'expired', decided_at = :at, decided_by = :by
     where msp_id = :mspId and state = 'unconfirmed' returning programme_code as programme`,
    { mspId, at, by: JSON.stringify(by) },
  );
  for (const { programme } of expired) {
    await appendAudit(trx, {
      ...{ at, actor: by, action: 'msp.expired', subject: `msp:${mspId}`, mspId, reason },
      before: { programme, state: 'unconfirmed' },
      after: { programme, state: 'expired' },
    });
  }
}
