import { rows, type Trx } from '../connect.js';

/** What a mail became. Absolute values. */
export interface MailRecord {
  id: string;
  state: 'pending' | 'sent' | 'bounced' | 'uncertain' | 'parked';
  attempts: number;
  /** Null: as it was. */
  notBefore: Date | null;
  sentAt: Date | null;
  /** Null: as it was. */
  response: string | null;
}

/**
 * Records what became of mails that `claimedBy` was sending; how many. Idempotent. A claimer that was taken to
 * be gone, so that its mails are `uncertain`, may still record what it knows; after a resend it may not: the claim is
 * another's.
 */
export async function recordMails(trx: Trx, claimedBy: string, records: readonly MailRecord[]): Promise<number> {
  if (records.length === 0) return 0;
  const recorded = await rows<{ id: string }>(
    trx,
    `update outbox o set state = r.state, attempts = r.attempts, not_before = coalesce(r."notBefore", o.not_before),
       sent_at = r."sentAt", last_response = coalesce(r.response, o.last_response)
     from jsonb_to_recordset(:records::jsonb) as r(id bigint, state text, attempts int, "notBefore" timestamptz,
       "sentAt" timestamptz, response text)
     where o.id = r.id and o.claimed_by = :claimedBy and o.state in ('sending', 'uncertain')
     returning o.id`,
    { claimedBy, records: JSON.stringify(records) },
  );
  return recorded.length;
}

/** The mails that `claimedBy` still holds: those it has not recorded, and that nobody has taken over or sent again. */
export async function heldMails(trx: Trx, claimedBy: string): Promise<Set<string>> {
  const held = await rows<{ id: string }>(
    trx,
    `select id from outbox where claimed_by = :claimedBy and state = 'sending'`,
    { claimedBy },
  );
  return new Set(held.map(({ id }) => id));
}

/** Gives back what `claimedBy` has claimed and knows that it has not handed over. */
export async function releaseMails(trx: Trx, claimedBy: string): Promise<void> {
  await rows(trx, `update outbox set state = 'pending' where state = 'sending' and claimed_by = :claimedBy`, {
    claimedBy,
  });
}
