import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** A tenant with lines of an issued statement, of itself or of units below it: it has a document of that month. */
export interface ListedDocument {
  statementId: string;
  /** Of the statement. */
  number: string;
  statementDate: string;
  programme: string;
  period: Period;
  tenantId: string;
  tenantRef: string;
  tenantName: string;
}

export interface DocumentFilter {
  mspId: string;
  programme?: string | undefined;
  period?: Period | undefined;
  tenantId?: string | undefined;
  limit: number;
  after?: [period: string, number: string, tenantRef: string] | undefined;
}

/**
 * Documents as far as the reader sees their tenants, the latest month first, by statement and tenant; those after the cursor. Who
 * is limited to tenants sees those that the MSP has released, of tenants of which it sees all units below.
 */
export async function tenantDocumentList(trx: Trx, filter: DocumentFilter): Promise<ListedDocument[]> {
  const [afterPeriod, afterNumber, afterRef] = filter.after ?? [null, null, null];
  return rows<ListedDocument>(
    trx,
    `with recursive of_line as (
       select distinct l.statement_id, l.programme_code, l.period, (l.content ->> 'tenantId')::uuid as tenant_id
       from statement_line l
       where l.msp_id = :mspId and l.content ->> 'tenantId' is not null
         and (:programme::text is null or l.programme_code = :programme)
         and (:period::text is null or l.period = :period)
         and ((select kontor_scope()) <> 'tenants' or exists (select from tenant_document_release d
           where d.msp_id = l.msp_id and d.programme_code = l.programme_code and d.released))
     ), document as (
       select o.statement_id, o.programme_code, o.period, t.id, t.parent_id, t.ref, t.name
       from of_line o join tenant t on t.msp_id = :mspId and t.id = o.tenant_id
       union
       select d.statement_id, d.programme_code, d.period, t.id, t.parent_id, t.ref, t.name
       from document d join tenant t on t.msp_id = :mspId and t.id = d.parent_id
     ), found as (
       select d.*, s.number, s."date" from document d
       join kontor_documents_of(array(select statement_id from of_line)) s on s.id = d.statement_id
       where (:tenantId::uuid is null or d.id = :tenantId::uuid)
         and ((select kontor_scope()) <> 'tenants' or d.id = any((select kontor_tenants_seen_whole())::uuid[]))
     )
     select statement_id as "statementId", number, "date" as "statementDate", programme_code as programme, period,
       id as "tenantId", ref as "tenantRef", name as "tenantName"
     from found
     where :afterPeriod::text is null or period < :afterPeriod
       or (period = :afterPeriod
         and (number collate "C", ref collate "C") > (:afterNumber::text collate "C", :afterRef::text collate "C"))
     order by period desc, number collate "C", ref collate "C" limit :limit`,
    {
      ...{ mspId: filter.mspId, programme: filter.programme ?? null, period: filter.period ?? null },
      ...{ tenantId: filter.tenantId ?? null, limit: filter.limit },
      ...{ afterPeriod, afterNumber, afterRef },
    },
  );
}
