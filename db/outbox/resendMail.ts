import type { Actor } from '../../domain/access/actor.js';
import { KontorError } from '../../domain/errors.js';
import { appendAudit } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';
import type { MailState } from '../readModels/outboxList.js';

export interface Resend {
  /** The row of the outbox. */
  id: string;
  reason: string;
  actor: Actor;
  at: Date;
  /** Marks this request: the same one twice makes one new mail. */
  requestId: string;
}

export interface Resent {
  id: string;
  messageId: string;
  state: MailState;
}

interface OutboxRow {
  id: string;
  message_id: string;
  state: MailState;
  msp_id: string | null;
  /** The relay has accepted it, or nobody knows that it has not. */
  accepted: boolean;
}

/** It was never accepted: the same message is due again, under the same Message-ID. */
async function setDue(trx: Trx, id: string): Promise<Resent> {
  const [row] = await rows<Resent>(
    trx,
    `update outbox set state = 'pending', attempts = 0, not_before = now(), claimed_at = null, claimed_by = null
     where id = :id returning id, message_id as "messageId", state`,
    { id },
  );
  if (row === undefined) throw new KontorError('NOT_FOUND', 'There is no such mail.');
  return row;
}

/** Whoever was handing it over may do so no more, nor say anything about it: a person has decided that it is over. */
async function fence(trx: Trx, id: string): Promise<void> {
  await rows(trx, 'update outbox set claimed_by = null where id = :id', { id });
}

/** To the contact of the day, where it goes to a company. It was accepted, or may have been: a second copy is a message of its own, with an identity that says whose copy it is. */
async function insertCopy(trx: Trx, { id, message_id }: OutboxRow, { at, requestId }: Resend): Promise<Resent> {
  const [local, domain] = message_id.split('@');
  const messageId = `${local ?? ''}.copy-${requestId}@${domain ?? ''}`;
  await rows(
    trx,
    `insert into outbox (message_id, kind, locale, recipient, to_company, purpose, params, programme_code, period, msp_id,
       distributor_id, statement_id, billing_pack_id, correction_id, not_before, created_at)
     select :messageId, kind, locale, recipient, to_company, purpose, params, programme_code, period, msp_id, distributor_id,
       statement_id, billing_pack_id, correction_id, :at, :at
     from outbox where id = :id
     on conflict (message_id) do nothing returning id`,
    { id, messageId, at },
  );
  const [row] = await rows<Resent>(
    trx,
    'select id, message_id as "messageId", state from outbox where message_id = :messageId',
    { messageId },
  );
  if (row === undefined) throw new KontorError('NOT_FOUND', 'There is no such mail.');
  return row;
}

/** A person sends a mail again, knowing its state. STATE_CONFLICT while it is under way, NOT_FOUND without it. */
export async function resendMail(trx: Trx, resend: Resend): Promise<Resent> {
  const [row] = await rows<OutboxRow>(
    trx,
    `select id, message_id, state, msp_id, sent_at is not null or state in ('sent', 'uncertain') as accepted
     from outbox where id = :id for update`,
    { id: resend.id },
  );
  if (row === undefined) throw new KontorError('NOT_FOUND', 'There is no such mail.');
  if (row.state === 'pending' || row.state === 'sending') {
    throw new KontorError('STATE_CONFLICT', `The mail is ${row.state}: it is on its way already.`);
  }
  await fence(trx, row.id);
  const sent = row.accepted ? await insertCopy(trx, row, resend) : await setDue(trx, row.id);
  appendAudit(trx, {
    at: resend.at,
    actor: resend.actor,
    action: 'mail.resent',
    subject: `mail:${row.id}`,
    mspId: row.msp_id,
    before: { state: row.state },
    after: sent,
    reason: resend.reason,
  });
  return sent;
}

/** The mail that carried a statement to its MSP; the latest, where there are copies. */
export async function findStatementMail(trx: Trx, statementId: string): Promise<string | undefined> {
  const [row] = await rows<{ id: string }>(
    trx,
    `select id from outbox where statement_id = :statementId and kind = 'statementIssued' order by id desc limit 1`,
    { statementId },
  );
  return row?.id;
}
