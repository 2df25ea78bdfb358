import { rows, type Trx } from '../connect.js';

/** A message that was refused on receipt, of a sender that was proven. */
export interface RefusedMessageView {
  id: string;
  receivedAt: Date;
  code: string;
  detail: string;
  claimedPeriod: string | null;
  claimedSite: string | null;
  keyFingerprint: string | null;
  mspId: string;
}

/** What was refused, of one claimed period or all, the latest first; those after the cursor. */
export async function refusedMessages(
  trx: Trx,
  filter: { period?: string | undefined; code?: string | undefined; limit: number; after?: [id: string] | undefined },
): Promise<RefusedMessageView[]> {
  return rows<RefusedMessageView>(
    trx,
    `select id, received_at as "receivedAt", code, detail, claimed_period as "claimedPeriod",
       claimed_site as "claimedSite", key_fingerprint as "keyFingerprint", msp_id as "mspId"
     from refused_message
     where (:period::text is null or claimed_period = :period) and (:code::text is null or code = :code)
       and (:after::bigint is null or id < :after::bigint)
     order by id desc limit :limit`,
    {
      period: filter.period ?? null,
      code: filter.code ?? null,
      after: filter.after?.[0] ?? null,
      limit: filter.limit,
    },
  );
}
