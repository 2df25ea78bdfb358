import { rows, type Trx } from '../connect.js';
import type { ContactPurpose } from '../../domain/contact.js';
import type { MailKind } from '../../locales/index.js';

export const MAIL_STATES = ['pending', 'sending', 'sent', 'bounced', 'uncertain', 'parked'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** A mail as the partner team sees it; what it says is made when it is sent. */
export interface OutboxView {
  id: string;
  messageId: string;
  kind: MailKind;
  locale: string;
  /** Null: it waits until the company has a confirmed contact. */
  recipient: string | null;
  /** The company whose contact gets it; null: it goes to an address. */
  toCompany: string | null;
  purpose: ContactPurpose | null;
  programme: string | null;
  period: string | null;
  mspId: string | null;
  distributorId: string | null;
  statementId: string | null;
  billingPackId: string | null;
  state: MailState;
  attempts: number;
  notBefore: Date;
  lastResponse: string | null;
  sentAt: Date | null;
  createdAt: Date;
}

/** Mails by state, period or recipient, the latest first; those after the cursor. */
export async function outboxList(
  trx: Trx,
  filter: {
    state?: string | undefined;
    programme?: string | undefined;
    period?: string | undefined;
    recipient?: string | undefined;
    /** Those alone that wait for a confirmed contact. */
    unaddressed?: boolean | undefined;
    limit: number;
    after?: [id: string] | undefined;
  },
): Promise<OutboxView[]> {
  return rows<OutboxView>(
    trx,
    `select id, message_id as "messageId", kind, locale, recipient, to_company as "toCompany", purpose, programme_code as programme, period, msp_id as "mspId",
       distributor_id as "distributorId", statement_id as "statementId", billing_pack_id as "billingPackId", state,
       attempts, not_before as "notBefore", last_response as "lastResponse", sent_at as "sentAt",
       created_at as "createdAt"
     from outbox
     where (:state::text is null or state = :state) and (:programme::text is null or programme_code = :programme) and (:period::text is null or period = :period)
       and (:recipient::text is null or recipient = :recipient)
       and (not :unaddressed or (state = 'pending' and recipient is null))
       and (:after::bigint is null or id < :after::bigint)
     order by id desc limit :limit`,
    {
      state: filter.state ?? null,
      programme: filter.programme ?? null,
      period: filter.period ?? null,
      recipient: filter.recipient ?? null,
      unaddressed: filter.unaddressed ?? false,
      after: filter.after?.[0] ?? null,
      limit: filter.limit,
    },
  );
}
