import type { Recipient } from '../../domain/contact.js';
import type { MailInput, MailKind } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

interface Envelope {
  /** By `domain/messageId.ts`, without angle brackets, such as `statement.<number>.<revision>@kontor.example`. */
  messageId: string;
  locale: string;
  to: Recipient;
  programme?: string | null;
  period?: string | null;
  mspId?: string | null;
  distributorId?: string | null;
  statementId?: string | null;
  billingPackId?: string | null;
  /** Its credit or revision goes along; not sent before that is rendered. */
  correctionId?: string | null;
  /** Not sent before this instant. One that is due as it is made is due by the database's clock, whatever other clocks say. */
  notBefore: Date;
}

/** What is said of a mail that may have been accepted after the backup from which the database was restored. */
export const RESTORED = 'The database was restored from a backup: it may have been accepted before.';

const OF_RESTORED_RUN = `exists (select from billing_run r
         where r.programme_code = m.programme_code and r.period = m.period and r.restored_at is not null)`;

/** A mail to be sent once, whatever is retried: `messageId` is its identity; `params` is what its text needs, frozen. */
export type OutgoingMail = { [K in MailKind]: Envelope & { kind: K; params: MailInput<K> } }[MailKind];

/**
 * Puts mails into the outbox; one that is there already stays as it is. Those of a run that a restored database knows as open
 * are uncertain from the start: the same ones may have been accepted after the backup. Call it in the transaction it belongs to.
 */
export async function enqueueMails(trx: Trx, mails: readonly OutgoingMail[], createdAt: Date): Promise<number> {
  if (mails.length === 0) return 0;
  const inserted = await rows<{ id: string }>(
    trx,
    `insert into outbox (message_id, kind, locale, recipient, to_company, purpose, params, programme_code, period, msp_id,
       distributor_id, statement_id, billing_pack_id, correction_id, not_before, created_at, state, last_response)
     select m.message_id, m.kind, m.locale, m.recipient, m.to_company, m.purpose, m.params, m.programme_code, m.period, m.msp_id, m.distributor_id,
       m.statement_id, m.billing_pack_id, m.correction_id,
       case when m.not_before <= :createdAt then least(m.not_before, now()) else m.not_before end, :createdAt,
       case when ${OF_RESTORED_RUN} then 'uncertain' else 'pending' end,
       case when ${OF_RESTORED_RUN} then '${RESTORED}' end
     from jsonb_to_recordset(:mails::jsonb) as m(message_id text, kind text, locale text, recipient text, to_company uuid,
       purpose text, params jsonb, programme_code text, period text, msp_id uuid, distributor_id uuid, statement_id uuid, billing_pack_id uuid, correction_id uuid, not_before timestamptz)
     on conflict (message_id) do nothing
     returning id`,
    {
      createdAt,
      mails: JSON.stringify(
        mails.map((mail) => ({
          message_id: mail.messageId,
          kind: mail.kind,
          locale: mail.locale,
          recipient: 'address' in mail.to ? mail.to.address : null,
          to_company: 'address' in mail.to ? null : mail.to.companyId,
          purpose: 'address' in mail.to ? null : mail.to.purpose,
          params: mail.params,
          programme_code: mail.programme ?? null,
          period: mail.period ?? null,
          msp_id: mail.mspId ?? null,
          distributor_id: mail.distributorId ?? null,
          statement_id: mail.statementId ?? null,
          billing_pack_id: mail.billingPackId ?? null,
          correction_id: mail.correctionId ?? null,
          not_before: mail.notBefore,
        })),
      ),
    },
  );
  return inserted.length;
}
