import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';

/** Sign-ups whose address nobody has confirmed: of a company, or those whose time to do so is over at an instant. */
export type SignUps = { companyId: string } | { dueBy: Date };

interface Expiry {
  at: Date;
  actor: Actor;
  reason: string;
  /** A person who brought it about; null: time did. */
  decidedBy: Actor | null;
}

/** Lets sign-ups expire that nobody has confirmed, each with its audit event. */
export async function expireSignUps(trx: Trx, which: SignUps, { at, actor, reason, decidedBy }: Expiry): Promise<void> {
  const expired = await rows<{ mspId: string; programme: string }>(
    trx,
    `update participation set state = 'expired', decided_at = :at, decided_by = :decidedBy
     where state = 'unconfirmed' and (msp_id = :companyId::uuid or decide_until <= :dueBy::timestamptz)
     returning msp_id as "mspId", programme_code as programme`,
    {
      at,
      decidedBy: decidedBy && JSON.stringify(decidedBy),
      companyId: 'companyId' in which ? which.companyId : null,
      dueBy: 'dueBy' in which ? which.dueBy : null,
    },
  );
  for (const { mspId, programme } of expired) {
    appendAudit(trx, {
      ...{ at, actor, action: 'msp.expired', subject: `msp:${mspId}`, mspId, reason },
      before: { programme, state: 'unconfirmed' },
      after: { programme, state: 'expired' },
    });
  }
}
