import type { CorrectionLine, UsageLine } from '../../domain/statement.js';
import { lineFromJson } from '../statements/statementCodec.js';
import { rows, type Trx } from '../connect.js';

/** A line of an issued statement that is about usage, with what it has to name of the statement. */
export interface IssuedLine {
  mspId: string;
  programme: string;
  /** Of the statement. */
  period: string;
  /** The statement's. */
  number: string;
  statementDate: string;
  currency: string;
  /** Tells lines apart that are alike in all else; says nothing of other lines. */
  key: string;
  line: UsageLine | CorrectionLine;
}

export interface LineFilter {
  mspId: string;
  programme?: string | undefined;
  period?: string | undefined;
  siteId?: string | undefined;
  tenantId?: string | undefined;
  limit: number;
  after?: [period: string, siteName: string, key: string] | undefined;
}

/** Lines of usage and of its corrections that the reader sees, the latest period first, by site; those after the cursor. */
export async function usageLines(trx: Trx, filter: LineFilter): Promise<IssuedLine[]> {
  const [afterPeriod, afterName, afterKey] = filter.after ?? [null, null, null];
  const found = await rows<Omit<IssuedLine, 'line'> & { content: unknown; statementId: string }>(
    trx,
    `with line as materialized (
       select l.msp_id, l.programme_code, l.period, l.statement_id, l.content,
         l.content ->> 'siteName' collate "C" as site_name, md5(l.statement_id::text || l.line_no::text) as key
       from statement_line l
       where l.msp_id = :mspId and l.kind in ('usage', 'correction')
         and (:programme::text is null or l.programme_code = :programme)
         and (:period::text is null or l.period = :period)
         and (:siteId::uuid is null or l.site_id = :siteId::uuid)
         and (:tenantId::uuid is null or l.tenant_id = :tenantId::uuid)
     ), page as (
       select * from line
       where :afterKey::text is null or period < :afterPeriod
         or (period = :afterPeriod and (site_name, key) > (:afterName::text collate "C", :afterKey::text))
       order by period desc, site_name, key limit :limit
     )
     select p.msp_id as "mspId", p.programme_code as programme, p.period, p.statement_id as "statementId", d.number,
       d."date" as "statementDate", d.currency, p.key, p.content
     from page p join kontor_documents_of(array(select statement_id from page)) d on d.id = p.statement_id
     order by p.period desc, p.site_name, p.key`,
    {
      mspId: filter.mspId,
      programme: filter.programme ?? null,
      period: filter.period ?? null,
      siteId: filter.siteId ?? null,
      tenantId: filter.tenantId ?? null,
      ...{ afterPeriod, afterName, afterKey },
      limit: filter.limit,
    },
  );
  return found.flatMap(({ content, statementId, ...row }) => {
    const line = lineFromJson(content, statementId);
    return line.kind === 'usage' || line.kind === 'correction' ? [{ ...row, line }] : [];
  });
}
