import type { Actor } from '../../domain/access/actor.js';
import type { RunInput } from '../../domain/run.js';
import { appendAudit } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';
import { RESTORED } from './outboxStore.js';

export interface Restored {
  /** Mails that may have been accepted since the backup. */
  uncertain: number;
  /** Runs that were open then: their closes may be over, or elsewhere, as Temporal knows them. */
  runs: (RunInput & { shards: number[] })[];
}

/**
 * The database was restored from a backup: whatever was due then, or is made anew by the runs that were open, may have been
 * sent since. Nobody sends it again by itself. Doing it twice marks what has become due in between as well.
 */
export async function markRestored(
  trx: Trx,
  { at, actor, reason }: { at: Date; actor: Actor; reason: string },
): Promise<Restored> {
  const runs = await rows<Restored['runs'][number]>(
    trx,
    `update billing_run r set restored_at = :at where state = 'open'
     returning programme_code as programme, period, array(select s.shard from run_shard s
       where s.programme_code = r.programme_code and s.period = r.period order by 1) as shards`,
    { at },
  );
  const mails = await rows(
    trx,
    `update outbox set state = 'uncertain', claimed_by = null, last_response = :said
     where state = 'sending' or (state = 'pending' and not_before <= now()) returning id`,
    { said: RESTORED },
  );
  const restored = { uncertain: mails.length, runs };
  const subject = 'database';
  appendAudit(trx, { at, actor, action: 'database.restored', subject, after: restored, reason });
  return restored;
}

/** Mails of which nobody knows whether they were sent before a restore, as of now. */
export async function doubtedSinceRestore(trx: Trx): Promise<number> {
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::int as count from outbox where state = 'uncertain' and last_response = :said`,
    { said: RESTORED },
  );
  return row?.count ?? 0;
}

/** A sentence for operators, as long as there are such mails. */
export function restoreWarnings(doubted: number): string[] {
  if (doubted === 0) return [];
  return [
    `${doubted} mails may have been sent before the database was restored from a backup, and wait: \`kontor outbox reconcile\`.`,
  ];
}

export interface Settled {
  sent: number;
  bounced: number;
  /** No log that covers them names them: due again. */
  pending: number;
  /** Still nobody knows. */
  uncertain: number;
}

/**
 * Settles uncertain mails by what a relay's log says of their Message-IDs. `complete`: the log covers everything that was sent,
 * so what it does not name was never accepted and is due again.
 */
export async function settleByLog(
  trx: Trx,
  log: { accepted: readonly string[]; bounced: readonly string[]; complete: boolean },
  { at, actor }: { at: Date; actor: Actor },
): Promise<Settled> {
  const settled = await rows<{ id: string; state: keyof Settled }>(
    trx,
    `update outbox set claimed_by = null, not_before = case when message_id = any (:accepted) then not_before else now() end,
       state = case when message_id = any (:bounced) then 'bounced' when message_id = any (:accepted) then 'sent'
         else 'pending' end,
       sent_at = case when message_id = any (:accepted) then coalesce(sent_at, now()) end,
       last_response = case when message_id = any (:accepted) then 'So says the log of the relay.'
         else 'The log of the relay does not name it.' end
     where state = 'uncertain' and (:complete or message_id = any (:accepted))
     returning id, state`,
    log,
  );
  const counts: Settled = { sent: 0, bounced: 0, pending: 0, uncertain: 0 };
  for (const { id, state } of settled) {
    counts[state] += 1;
    const before = { state: 'uncertain' };
    appendAudit(trx, { at, actor, action: 'mail.settled', subject: `mail:${id}`, before, after: { state } });
  }
  const [left] = await rows<{ count: number }>(
    trx,
    `select count(*)::int as count from outbox where state = 'uncertain'`,
  );
  return { ...counts, uncertain: left?.count ?? 0 };
}
