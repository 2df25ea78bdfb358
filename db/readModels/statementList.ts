import { rows, type Trx } from '../connect.js';

/** An issued statement without its lines. */
export interface StatementSummary {
  id: string;
  number: string;
  mspId: string;
  /** As printed, frozen at issue. */
  mspName: string;
  distributorId: string;
  programme: string;
  period: string;
  revision: number;
  statementDate: string;
  currency: string;
  /** Integer minor units. */
  totalMinor: bigint;
  lineCount: number;
  issuedAt: Date;
  /** SHA-256 of the PDF in hex; null until it is rendered. */
  pdfSha256: string | null;
  pages: number | null;
}

/** Statements the sender may see, the latest period first, then by number; those after the cursor. */
export async function statementList(
  trx: Trx,
  filter: {
    id?: string | undefined;
    programme?: string | undefined;
    period?: string | undefined;
    mspId?: string | undefined;
    limit: number;
    after?: [period: string, number: string] | undefined;
  },
): Promise<StatementSummary[]> {
  const [afterPeriod, afterNumber] = filter.after ?? [null, null];
  const found = await rows<Omit<StatementSummary, 'totalMinor'> & { totalMinor: string }>(
    trx,
    `select s.id, s.number, s.msp_id as "mspId", s.content -> 'msp' ->> 'name' as "mspName",
       s.distributor_id as "distributorId", s.programme_code as programme, s.period, s.revision, s.statement_date as "statementDate", s.currency,
       s.total_minor as "totalMinor", s.line_count as "lineCount", s.issued_at as "issuedAt",
       encode(d.sha256, 'hex') as "pdfSha256", d.pages
     from statement s left join statement_document d on d.msp_id = s.msp_id and d.statement_id = s.id
     where (:id::uuid is null or s.id = :id::uuid) and (:programme::text is null or s.programme_code = :programme) and (:period::text is null or s.period = :period)
       and (:mspId::uuid is null or s.msp_id = :mspId::uuid)
       and (:afterPeriod::text is null or s.period < :afterPeriod
         or (s.period = :afterPeriod and s.number > :afterNumber))
     order by s.period desc, s.number limit :limit`,
    {
      id: filter.id ?? null,
      programme: filter.programme ?? null,
      period: filter.period ?? null,
      mspId: filter.mspId ?? null,
      afterPeriod,
      afterNumber,
      limit: filter.limit,
    },
  );
  return found.map((row) => ({ ...row, totalMinor: BigInt(row.totalMinor) }));
}
