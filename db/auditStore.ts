import type { Trx } from './connect.js';

/** Who did what to which thing, when, and why. Appended in the same transaction as the change it tells of. */
export interface AuditEvent {
  at: Date;
  /** Token name, `site:<id>`, or `kontor` for rules and schedules. No personal data beyond that. */
  actor: string;
  /** Past tense, dotted: `msp.approved`, `case.decided`, `key.revoked`. */
  action: string;
  /** `msp:<id>`, `site:<id>`, `case:<id>`, … */
  subject: string;
  mspId?: string | null;
  before?: unknown;
  after?: unknown;
  reason?: string | null;
}

/** Appends to the hash chain; the database numbers and chains the row. */
export async function appendAudit(trx: Trx, event: AuditEvent): Promise<void> {
  await trx.raw(
    `insert into audit_event (id, at, actor, action, subject, msp_id, before, after, reason, previous_hash, hash)
     values (0, :at, :actor, :action, :subject, :mspId, :before, :after, :reason, '\\x', '\\x')`,
    {
      at: event.at,
      actor: event.actor,
      action: event.action,
      subject: event.subject,
      mspId: event.mspId ?? null,
      before: event.before === undefined ? null : JSON.stringify(event.before),
      after: event.after === undefined ? null : JSON.stringify(event.after),
      reason: event.reason ?? null,
    },
  );
}
