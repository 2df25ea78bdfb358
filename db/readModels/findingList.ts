import {
  readEvidence,
  type Decision,
  type DiscrepancyKind,
  type KindWithEvidence,
} from '../../domain/reconcile/index.js';
import { rows, type Trx } from '../connect.js';

/** What reconciliation found at a site, and what came of it: without who decided and why, which is the partner team's. */
export type SiteFinding = KindWithEvidence & {
  id: string;
  mspId: string;
  programme: string;
  period: string;
  siteId: string;
  siteName: string;
  tenantId: string | null;
  tenantRef: string | null;
  meter: string | null;
  state: 'open' | 'settled';
  decision: Decision | null;
  /** In place of what was found, where a person set one. */
  quantity: number | null;
  foundAt: Date;
  resolvedAt: Date | null;
};

type Row = Omit<SiteFinding, 'kind' | 'evidence'> & { kind: DiscrepancyKind; evidence: unknown };

export interface FindingFilter {
  mspId: string;
  programme?: string | undefined;
  period?: string | undefined;
  siteId?: string | undefined;
  tenantId?: string | undefined;
  state?: string | undefined;
  limit: number;
  after?: [foundAt: Date, id: string] | undefined;
}

/**
 * Findings at sites of an MSP that the reader sees, the latest first; those after the cursor. Who sees some tenants only sees
 * what was found for these. Those about a whole statement are no site's. Throws INTERNAL where evidence does not fit.
 */
export async function findingList(trx: Trx, filter: FindingFilter): Promise<SiteFinding[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  const found = await rows<Row>(
    trx,
    `select d.id, d.msp_id as "mspId", d.programme_code as programme, d.period, d.kind, d.site_id as "siteId",
       s.name as "siteName", d.tenant_id as "tenantId", d.tenant_ref as "tenantRef", d.meter, d.evidence, d.state,
       d.decision, d.decided_quantity as quantity, d.found_at as "foundAt", d.resolved_at as "resolvedAt"
     from discrepancy d join site s on s.msp_id = d.msp_id and s.id = d.site_id
     where d.msp_id = :mspId
       and (:programme::text is null or d.programme_code = :programme) and (:period::text is null or d.period = :period)
       and (:siteId::uuid is null or d.site_id = :siteId::uuid)
       and (:tenantId::uuid is null or d.tenant_id = :tenantId::uuid)
       and (:state::text is null or d.state = :state)
       and (:afterId::uuid is null or (d.found_at, d.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by d.found_at desc, d.id desc limit :limit`,
    {
      mspId: filter.mspId,
      programme: filter.programme ?? null,
      period: filter.period ?? null,
      siteId: filter.siteId ?? null,
      tenantId: filter.tenantId ?? null,
      state: filter.state ?? null,
      limit: filter.limit,
      ...{ afterAt, afterId },
    },
  );
  return found.map(({ kind, evidence, ...row }) => ({ ...row, ...readEvidence(kind, evidence) }));
}
