import type { ErrorCode } from '../../domain/errors.js';
import { rows, type Trx } from '../connect.js';

/** A message that ingest refused although it was proven who sent it: counted nowhere, shown to the partner team. */
export interface RefusedMessage {
  receivedAt: Date;
  code: ErrorCode;
  detail: string;
  claimedPeriod: string | null;
  claimedSite: string | null;
  /** First eight hex digits of the hash of the key it came with. */
  keyFingerprint: string | null;
  /** Whose key signed it, or was shown. */
  mspId: string;
}

export async function insertRefusedMessages(trx: Trx, messages: readonly RefusedMessage[]): Promise<void> {
  await rows(
    trx,
    `insert into refused_message (received_at, code, detail, claimed_period, claimed_site, key_fingerprint, msp_id)
     select m.received_at, m.code, m.detail, m.claimed_period, m.claimed_site, m.key_fingerprint, m.msp_id
     from jsonb_to_recordset(:messages::jsonb) as m(received_at timestamptz, code text, detail text,
       claimed_period text, claimed_site text, key_fingerprint text, msp_id uuid)`,
    {
      messages: JSON.stringify(
        messages.map((message) => ({
          received_at: message.receivedAt,
          code: message.code,
          detail: message.detail,
          claimed_period: message.claimedPeriod,
          claimed_site: message.claimedSite,
          key_fingerprint: message.keyFingerprint,
          msp_id: message.mspId,
        })),
      ),
    },
  );
}
