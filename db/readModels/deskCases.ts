import { readEvidence, type DiscrepancyKind } from '../../domain/reconcile/index.js';
import type { ParticipantState } from '../../domain/run.js';
import type { Holder } from '../../domain/serviceDesk.js';
import { rows, type Trx } from '../connect.js';
import type { SiteFinding } from './findingList.js';

/** A case that was handed to the reader: what was found, as in the list of findings, and with whom it is since when. */
export type DeskCase = SiteFinding & {
  mspName: string;
  /** As far as the reader is told: what passes between MSP and partner team a customer does not see. */
  holder: Holder;
  heldSince: Date;
  participantState: ParticipantState;
  reviewUntil: Date;
};

type Row = Omit<DeskCase, 'kind' | 'evidence'> & { kind: DiscrepancyKind; evidence: unknown };

export interface DeskFilter {
  id?: string | undefined;
  programme?: string | undefined;
  period?: string | undefined;
  mspId?: string | undefined;
  tenantId?: string | undefined;
  state?: string | undefined;
  kind?: string | undefined;
  holder?: string | undefined;
  limit: number;
  after?: [foundAt: Date, id: string] | undefined;
}

/** Cases that were handed to the reader, the latest first; those after the cursor. Throws INTERNAL where evidence does not fit. */
export async function deskCases(trx: Trx, filter: DeskFilter): Promise<DeskCase[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  const found = await rows<Row>(
    trx,
    `with page as materialized (
       select d.*, h.holder, h.handed_at
       from discrepancy d
       cross join lateral (select h.holder, h.handed_at from case_hand_over h where h.case_id = d.id
         order by h.number desc limit 1) h
       where d.id in (select case_id from case_hand_over) and (:id::uuid is null or d.id = :id::uuid) and (:mspId::uuid is null or d.msp_id = :mspId::uuid)
         and (:programme::text is null or d.programme_code = :programme) and (:period::text is null or d.period = :period)
         and (:tenantId::uuid is null or d.tenant_id = :tenantId::uuid) and (:state::text is null or d.state = :state)
         and (:kind::text is null or d.kind = :kind) and (:holder::text is null or h.holder = :holder)
         and (:afterId::uuid is null or (d.found_at, d.id) < (:afterAt::timestamptz, :afterId::uuid))
       order by d.found_at desc, d.id desc limit :limit)
     select d.id, d.msp_id as "mspId", m.name as "mspName", d.programme_code as programme, d.period, d.kind,
       d.site_id as "siteId", coalesce(s.name, '') as "siteName", d.tenant_id as "tenantId", d.tenant_ref as "tenantRef", d.meter,
       d.evidence, d.state, d.decision, d.decided_quantity as quantity, d.found_at as "foundAt", d.resolved_at as "resolvedAt",
       d.holder, d.handed_at as "heldSince", l.state as "participantState", l.until as "reviewUntil"
     from page d join company m on m.id = d.msp_id left join site s on s.msp_id = d.msp_id and s.id = d.site_id
     join kontor_case_deadlines(array(select id from page)) l on l.id = d.id
     order by d.found_at desc, d.id desc`,
    {
      ...{ id: filter.id ?? null, mspId: filter.mspId ?? null, programme: filter.programme ?? null },
      ...{ period: filter.period ?? null, tenantId: filter.tenantId ?? null, state: filter.state ?? null },
      ...{ kind: filter.kind ?? null, holder: filter.holder ?? null, limit: filter.limit, afterAt, afterId },
    },
  );
  return found.map(({ kind, evidence, ...row }) => ({ ...row, ...readEvidence(kind, evidence) }));
}
