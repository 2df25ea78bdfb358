import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/** One link of the audit chain. */
export interface AuditEventView {
  id: string;
  at: Date;
  actor: Actor;
  action: string;
  subject: string;
  mspId: string | null;
  before: unknown;
  after: unknown;
  reason: string | null;
  /** SHA-256 in hex, over the link before and this event. */
  hash: string;
}

/** Who did what, to one subject, by one actor or all, the latest first; those after the cursor. */
export async function auditTrail(
  trx: Trx,
  filter: {
    subject?: string | undefined;
    actor?: string | undefined;
    limit: number;
    after?: [id: string] | undefined;
  },
): Promise<AuditEventView[]> {
  return rows<AuditEventView>(
    trx,
    `select id, at, actor, action, subject, msp_id as "mspId", before, after, reason, encode(hash, 'hex') as hash
     from audit_event
     where (:subject::text is null or subject = :subject) and (:actor::text is null or actor = :actor)
       and (:after::bigint is null or id < :after::bigint)
     order by id desc limit :limit`,
    {
      subject: filter.subject ?? null,
      actor: filter.actor ?? null,
      after: filter.after?.[0] ?? null,
      limit: filter.limit,
    },
  );
}
