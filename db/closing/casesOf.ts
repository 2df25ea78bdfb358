import type { MeterCode } from '../../domain/catalog/index.js';
import { groupBy } from '../../domain/groupBy.js';
import type { MonthCase } from '../../domain/month/inputs.js';
import { readEvidence, type Decision, type DiscrepancyKind, type Resolution } from '../../domain/reconcile/index.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

interface CaseRow {
  mspId: string;
  kind: DiscrepancyKind;
  siteId: string | null;
  tenantRef: string | null;
  meter: MeterCode | null;
  evidence: unknown;
  resolvedBy: 'rule' | 'default' | 'person' | null;
  decision: Decision | null;
  quantity: number | null;
  reason: string | null;
}

function resolutionOf(row: CaseRow): Resolution | null {
  switch (row.resolvedBy) {
    case null:
      return null;
    case 'rule':
    case 'default':
      return { by: row.resolvedBy };
    case 'person':
      return { by: 'person', decision: row.decision ?? 'accept', quantity: row.quantity, reason: row.reason };
  }
}

/** All cases of these MSPs' month, settled or open, by MSP. */
export async function casesOf(
  trx: Trx,
  { programme, period, mspIds }: RunKey & { mspIds: readonly string[] },
): Promise<Map<string, MonthCase[]>> {
  const found = await rows<CaseRow>(
    trx,
    `select msp_id as "mspId", kind, site_id as "siteId", tenant_ref as "tenantRef", meter, evidence,
       resolved_by as "resolvedBy", decision, decided_quantity as quantity, reason
     from discrepancy where programme_code = :programme and period = :period and msp_id = any(:mspIds::uuid[])`,
    { programme, period, mspIds: [...mspIds] },
  );
  const toCase = (row: CaseRow): MonthCase => ({
    ...readEvidence(row.kind, row.evidence),
    siteId: row.siteId,
    tenantRef: row.tenantRef,
    meter: row.meter,
    resolution: resolutionOf(row),
  });
  return new Map([...groupBy(found, ({ mspId }) => mspId)].map(([mspId, its]) => [mspId, its.map(toCase)]));
}
