import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** What a distributor gets for a period, as frozen. */
export interface BillingPack {
  id: string;
  programme: string;
  distributorId: string;
  period: string;
  /** 0 came with the run; higher ones carry what was settled later. */
  supplement: number;
  /** JSON of what the summary says (`BillingSummary`, amounts as strings of minor units). */
  summary: string;
  /** SHA-256 of the PDF, hexadecimal. */
  summarySha256: string;
  summaryPdf: Buffer;
  linesCsv: Buffer;
  /** In the order of their numbers. */
  statements: readonly { mspId: string; statementId: string }[];
  /** The same. */
  credits: readonly { mspId: string; creditId: string }[];
}

/**
 * Freezes a pack and what it holds. The unique keys (supplement of a distributor's period; one pack per statement and credit)
 * refuse a second one, which the lock of `lockPacks` keeps from happening.
 */
export async function insertBillingPack(trx: Trx, pack: BillingPack, madeAt: Date): Promise<void> {
  const { statements, credits, ...row } = pack;
  await rows(
    trx,
    `insert into billing_pack (id, programme_code, distributor_id, period, supplement, summary, summary_sha256, summary_pdf, lines_csv,
       made_at)
     values (:id, :programme, :distributorId, :period, :supplement, :summary, decode(:summarySha256, 'hex'), :summaryPdf, :linesCsv,
       :madeAt)`,
    { ...row, madeAt },
  );
  await rows(
    trx,
    `insert into billing_pack_statement (billing_pack_id, msp_id, statement_id)
     select :id, x."mspId", x."statementId" from jsonb_to_recordset(:statements::jsonb) as x("mspId" uuid, "statementId" uuid)`,
    { id: pack.id, statements: JSON.stringify(statements) },
  );
  await rows(
    trx,
    `insert into billing_pack_credit (billing_pack_id, msp_id, credit_id)
     select :id, x."mspId", x."creditId" from jsonb_to_recordset(:credits::jsonb) as x("mspId" uuid, "creditId" uuid)`,
    { id: pack.id, credits: JSON.stringify(credits) },
  );
}

/**
 * Serialises the making of one distributor's packs in a programme until the transaction ends: of two months as well, since a
 * credit belongs to whichever pack is made next.
 */
export async function lockPacks(
  trx: Trx,
  { programme }: Pick<RunKey, 'programme'>,
  distributorId: string,
): Promise<void> {
  await rows(
    trx,
    `select pg_advisory_xact_lock(hashtextextended('billing-pack:' || :programme || ':' || :distributorId, 0))`,
    { programme, distributorId },
  );
}
