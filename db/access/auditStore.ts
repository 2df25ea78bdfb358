import type { Actor } from '../../domain/access/actor.js';
import { literal, rows, type Trx } from '../connect.js';

/** Who did what to which thing, when, and why. Appended in the same transaction as the change it tells of. */
export interface AuditEvent {
  at: Date;
  /** No personal data beyond the name of the day. */
  actor: Actor;
  /** The thing, a dot and a past participle, in camel case: `case.decided`, `run.notOpened`, `termLicence.ordered`. */
  action: string;
  /** `msp:<id>`, `site:<id>`, `case:<id>`, … */
  subject: string;
  mspId?: string | null;
  before?: unknown;
  after?: unknown;
  reason?: string | null;
}

/** Appends to the hash chain; the database numbers and chains the row. */
export function appendAudit(trx: Trx, event: AuditEvent): void {
  appendAudits(trx, [event]);
}

/**
 * Appends many, in their order, as the transaction commits: whoever appends locks the chain until then, and others that append
 * wait.
 */
export function appendAudits(trx: Trx, events: readonly AuditEvent[]): void {
  if (events.length > 0) trx.atCommit.push(insertOf(events));
}

/** Appends at once, for what the transaction reads the head of the trail after; the chain is locked from here on. */
export async function appendAuditNow(trx: Trx, event: AuditEvent): Promise<void> {
  await trx.query({ text: insertOf([event]) });
}

function insertOf(events: readonly AuditEvent[]): string {
  const given = events.map(({ at, actor, action, subject, mspId, before, after, reason }) => ({
    ...{ at, actor, action, subject, msp_id: mspId ?? null, before, after, reason: reason ?? null },
  }));
  return `insert into audit_event (id, at, actor, action, subject, msp_id, before, after, reason, previous_hash, hash)
     select 0, e.at, e.actor, e.action, e.subject, e.msp_id, e.before, e.after, e.reason, '\\x', '\\x'
     from rows from (jsonb_to_recordset(${literal(JSON.stringify(given))}::jsonb) as (at timestamptz, actor jsonb, action text,
       subject text, msp_id uuid, before jsonb, after jsonb, reason text)) with ordinality as e
     order by e.ordinality`;
}

/** The newest link of the trail: whoever keeps it notices when the trail is cut off before it. The hash is in hex. */
export interface AuditHead {
  id: string;
  hash: string;
}

/** Null: nothing has happened yet. */
export async function auditHead(trx: Trx): Promise<AuditHead | null> {
  const [head] = await rows<AuditHead>(
    trx,
    `select id::text as id, encode(hash, 'hex') as hash from audit_event order by audit_event.id desc limit 1`,
  );
  return head ?? null;
}
