import type { RunInput } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import type { MailKind } from '../../locales/index.js';

/** A mail that this claimer, and nobody else, is now sending. */
export interface ClaimedMail {
  id: string;
  messageId: string;
  /** Known to the relay alone. */
  envelopeId: string;
  kind: MailKind;
  locale: string;
  recipient: string;
  params: Record<string, unknown>;
  /** Tries before this one. */
  attempts: number;
  programme: string | null;
  mspId: string | null;
  billingPackId: string | null;
  /** The statement that goes along, with its document. */
  statementNumber: string | null;
  statementPdf: Buffer | null;
  /** The credit or revision that goes along. */
  correctionName: string | null;
  correctionPdf: Buffer | null;
}

export interface Claim {
  /** Names this claimer; nobody else may record what became of the mails. */
  claimedBy: string;
  /** Null: every run, and mails of none. */
  run: RunInput | null;
  /** Billing packs are megabytes each, so they are claimed apart and few at a time; what is said about one is not. */
  packs: boolean;
  limit: number;
}

/** Of a row `o`: there is somebody to send it to. A company's mail waits until the company has a confirmed contact. */
export const HAS_RECIPIENT = '(o.to_company is null or exists (select from kontor_contact(o.to_company, o.purpose)))';

/**
 * Takes mails that are due, oldest first, past those that another claimer holds. The database's clock says what
 * is due. One whose statement is not rendered yet
 * stays where it is, so that sending may overlap rendering; so does one that has no recipient. A company's mail goes to
 * whoever is its contact now.
 */
export async function claimMails(trx: Trx, { run, ...rest }: Claim): Promise<ClaimedMail[]> {
  return rows<ClaimedMail>(
    trx,
    `with due as materialized (
       select o.id from outbox o
       where o.state = 'pending' and o.not_before <= now()
         and (:period::text is null or (o.programme_code = :programme and o.period = :period))
         and (o.kind = 'billingPack') = :packs and ${HAS_RECIPIENT}
         and (o.statement_id is null or exists (select from statement_document d
           where d.msp_id = o.msp_id and d.statement_id = o.statement_id))
         and (o.correction_id is null or exists (select from correction_document d where d.correction_id = o.correction_id))
       order by o.not_before, o.id limit :limit
       for update of o skip locked
     ), claimed as (
       update outbox o set state = 'sending', claimed_at = now(), claimed_by = :claimedBy,
         claimed_in = (select kontor_database_life()), handed_at = null,
         recipient = case when o.to_company is null then o.recipient
           else (select email from kontor_contact(o.to_company, o.purpose)) end
       from due where o.id = due.id
       returning o.*
     )
     select c.id, c.message_id as "messageId", c.envelope_id as "envelopeId", c.kind, c.locale, c.recipient, c.params, c.attempts,
       c.programme_code as programme, c.msp_id as "mspId", c.billing_pack_id as "billingPackId", s.number as "statementNumber", d.pdf as "statementPdf",
       coalesce(r.number, r.content ->> 'number' || '-' || (r.content ->> 'revision')) as "correctionName", e.pdf as "correctionPdf"
     from claimed c
     left join statement s on s.msp_id = c.msp_id and s.id = c.statement_id
     left join statement_document d on d.msp_id = c.msp_id and d.statement_id = c.statement_id
     left join correction_document e on e.correction_id = c.correction_id
     left join (select correction_id, number, content from credit union all
       select correction_id, null, content from statement_revision) r on r.correction_id = c.correction_id
     order by c.not_before, c.id`,
    { ...rest, programme: run?.programme ?? null, period: run?.period ?? null },
  );
}
