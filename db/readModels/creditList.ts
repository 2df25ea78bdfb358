import { rows, type Trx } from '../connect.js';

/** A credit without its lines. */
export interface CreditSummary {
  id: string;
  number: string;
  mspId: string;
  /** As printed. */
  mspName: string;
  distributorId: string;
  programme: string;
  statementId: string;
  statementNumber: string;
  period: string;
  creditDate: string;
  currency: string;
  /** Minor units, negative. */
  totalMinor: bigint;
  issuedAt: Date;
  /** SHA-256 of the PDF in hex; null until it is rendered. */
  pdfSha256: string | null;
  pages: number | null;
}

/** Credits that the sender may see, the latest first; those after the cursor. */
export async function creditList(
  trx: Trx,
  filter: {
    programme?: string | undefined;
    period?: string | undefined;
    mspId?: string | undefined;
    limit: number;
    after?: [creditDate: string, number: string] | undefined;
  },
): Promise<CreditSummary[]> {
  const [afterDate, afterNumber] = filter.after ?? [null, null];
  const found = await rows<Omit<CreditSummary, 'totalMinor'> & { totalMinor: string }>(
    trx,
    `select c.id, c.number, c.msp_id as "mspId", c.content -> 'msp' ->> 'name' as "mspName",
       c.distributor_id as "distributorId", c.programme_code as programme, c.statement_id as "statementId",
       c.content ->> 'statementNumber' as "statementNumber", c.period, c.credit_date as "creditDate", c.currency,
       c.total_minor as "totalMinor", c.issued_at as "issuedAt", encode(d.sha256, 'hex') as "pdfSha256", d.pages
     from credit c left join correction_document d on d.msp_id = c.msp_id and d.correction_id = c.correction_id
     where (:programme::text is null or c.programme_code = :programme) and (:period::text is null or c.period = :period)
       and (:mspId::uuid is null or c.msp_id = :mspId::uuid)
       and (:afterDate::date is null or (c.credit_date, c.number) < (:afterDate::date, :afterNumber::text))
     order by c.credit_date desc, c.number desc limit :limit`,
    {
      programme: filter.programme ?? null,
      period: filter.period ?? null,
      mspId: filter.mspId ?? null,
      ...{ afterDate, afterNumber, limit: filter.limit },
    },
  );
  return found.map((row) => ({ ...row, totalMinor: BigInt(row.totalMinor) }));
}
