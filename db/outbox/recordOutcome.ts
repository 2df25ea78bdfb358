import { rows, type Database, type Trx } from '../connect.js';

/** What a mail became. Absolute values but for the wait, which the database's clock measures. */
export interface MailRecord {
  id: string;
  state: 'pending' | 'sent' | 'bounced' | 'uncertain' | 'parked';
  attempts: number;
  /** It is due again so many milliseconds after it is recorded; null: when it was. */
  waitMs: number | null;
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
    `update outbox o set state = r.state, attempts = r.attempts, claimed_at = now(),
       not_before = coalesce(now() + r."waitMs" * interval '1 millisecond', o.not_before),
       sent_at = case when r.state = 'sent' then now() end, last_response = coalesce(r.response, o.last_response)
     from jsonb_to_recordset(:records::jsonb) as r(id bigint, state text, attempts int, "waitMs" float8, response text)
     where o.id = r.id and o.claimed_by = :claimedBy and o.state in ('sending', 'uncertain')
     returning o.id`,
    { claimedBy, records: JSON.stringify(records) },
  );
  return recorded.length;
}

/**
 * Says that `claimedBy` begins to hand these mails over, and which of them it still holds: none that was taken over, or that
 * a person has sent again, meanwhile. Asked again, it answers again.
 */
export async function handOverMails(db: Database, claimedBy: string, ids: readonly string[]): Promise<Set<string>> {
  const held = await db.statement<{ id: string }>(
    'select kontor_hand_over_mails(:ids::bigint[], :claimedBy)::text as id',
    { ids, claimedBy },
  );
  return new Set(held.map(({ id }) => id));
}

/** Whoever is sending lives: its mails are not taken over. */
export async function keepClaims(trx: Trx, claimedBy: string): Promise<void> {
  await rows(trx, `update outbox set claimed_at = now() where state = 'sending' and claimed_by = :claimedBy`, {
    claimedBy,
  });
}

/** Gives back what `claimedBy` has claimed and knows that it has not handed over. */
export async function releaseMails(trx: Trx, claimedBy: string): Promise<void> {
  await rows(
    trx,
    `update outbox set state = 'pending', claimed_by = null where state = 'sending' and claimed_by = :claimedBy`,
    { claimedBy },
  );
}
