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

/** Who did what, by any of the filters, the latest first; those after the cursor. */
export async function auditTrail(
  trx: Trx,
  filter: {
    subject?: string | undefined;
    /** Id of a person, a service account or a site. */
    actor?: string | undefined;
    companyId?: string | undefined;
    from?: Date | undefined;
    /** Exclusive. */
    until?: Date | undefined;
    limit: number;
    after?: [id: string] | undefined;
  },
): Promise<AuditEventView[]> {
  return rows<AuditEventView>(
    trx,
    `select id, at, actor, action, subject, msp_id as "mspId", before, after, reason, encode(hash, 'hex') as hash
     from audit_event
     where (:subject::text is null or subject = :subject) and (:actor::text is null or actor ->> 'id' = :actor)
       and (:companyId::uuid is null or msp_id = :companyId::uuid)
       and (:from::timestamptz is null or at >= :from) and (:until::timestamptz is null or at < :until)
       and (:after::bigint is null or id < :after::bigint)
     order by id desc limit :limit`,
    {
      subject: filter.subject ?? null,
      actor: filter.actor ?? null,
      companyId: filter.companyId ?? null,
      from: filter.from ?? null,
      until: filter.until ?? null,
      after: filter.after?.[0] ?? null,
      limit: filter.limit,
    },
  );
}
