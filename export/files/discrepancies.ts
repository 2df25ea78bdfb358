import type { Actor } from '../../domain/access/actor.js';
import { cursorRows } from '../../db/cursorRows.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  id: string;
  mspId: string | null;
  msp: string | null;
  kind: string;
  handling: string;
  siteId: string | null;
  site: string | null;
  tenantRef: string | null;
  meter: string | null;
  evidence: unknown;
  state: string;
  resolvedBy: string | null;
  decision: string | null;
  quantity: number | null;
  reason: string | null;
  author: Actor | null;
  foundAt: Date;
  resolvedAt: Date | null;
}

/** Every case of the period with its evidence, and how and by whom it was settled. */
export const discrepancies = tableOf<Row>(
  'discrepancies.csv',
  {
    case_id: (row) => plain(row.id),
    msp_id: (row) => plain(row.mspId),
    msp: (row) => text(row.msp),
    kind: (row) => plain(row.kind),
    handling: (row) => plain(row.handling),
    site_id: (row) => plain(row.siteId),
    site: (row) => text(row.site),
    tenant_ref: (row) => text(row.tenantRef),
    meter: (row) => plain(row.meter),
    evidence: (row) => text(canonicalJson(row.evidence)),
    state: (row) => plain(row.state),
    resolved_by: (row) => plain(row.resolvedBy),
    decision: (row) => plain(row.decision),
    decided_quantity: (row) => plain(row.quantity),
    reason: (row) => text(row.reason),
    author: (row) => text(row.author?.name ?? null),
    author_id: (row) => text(row.author?.id ?? null),
    found_at: (row) => plain(row.foundAt),
    resolved_at: (row) => plain(row.resolvedAt),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select d.id, d.msp_id as "mspId", m.name as msp, d.kind, d.handling, d.site_id as "siteId", s.name as site,
         d.tenant_ref as "tenantRef", d.meter, d.evidence, d.state, d.resolved_by as "resolvedBy", d.decision,
         d.decided_quantity as quantity, d.reason, kontor_shown_actor(d.author) as author, d.found_at as "foundAt", d.resolved_at as "resolvedAt"
       from discrepancy d
       left join msp m on m.id = d.msp_id
       left join site s on s.msp_id = d.msp_id and s.id = d.site_id
       where d.programme_code = :programme and d.period = :period
       order by d.msp_id nulls first, d.kind, d.site_id, d.tenant_ref nulls first, d.meter, d.evidence_key, d.id`,
      { programme, period },
    ),
);
