/** With whom a case is, and how it came there. */
import type { Actor } from '../../domain/access/actor.js';
import type { Decision, DiscrepancyKind } from '../../domain/reconcile/index.js';
import type { AtDesk, Holder } from '../../domain/serviceDesk.js';
import { rows, type Trx } from '../connect.js';

export interface HandOver {
  id: string;
  from: Holder;
  to: Holder;
  /** Who did it. */
  side: Holder;
  note: string;
  proposal: { decision: Decision; quantity: number | null } | null;
  at: Date;
  by: Actor;
}

interface LockedCase extends AtDesk {
  kind: DiscrepancyKind;
  mspId: string;
  tenantId: string | null;
  holder: Holder;
}

/** Locks the case of an MSP until the transaction ends; undefined: there is none, or it is of no MSP. Sees all. */
export async function lockAtDesk(trx: Trx, caseId: string): Promise<LockedCase | undefined> {
  await rows(trx, 'select 1 from discrepancy where id = :caseId for no key update', { caseId });
  const [found] = await rows<LockedCase>(
    trx,
    `select d.kind, d.handling, d.msp_id as "mspId", d.site_id as "siteId", d.tenant_id as "tenantId", d.state,
       d.resolved_by as "resolvedBy", p.state as "participantState", s.review_until as "reviewUntil",
       coalesce((select h.holder from case_hand_over h where h.case_id = d.id order by h.number desc limit 1), 'partner_team')
         as holder
     from discrepancy d
     join run_participant p on (p.programme_code, p.period, p.msp_id) = (d.programme_code, d.period, d.msp_id)
     join run_shard s on (s.programme_code, s.period, s.shard) = (p.programme_code, p.period, p.shard)
     where d.id = :caseId`,
    { caseId },
  );
  return found;
}

/** What of it the reader sees, the latest first; those before the cursor's number. */
export function listHandOvers(
  trx: Trx,
  { caseId, id, limit, after }: { caseId: string; id?: string; limit: number; after?: number | undefined },
): Promise<(HandOver & { number: number })[]> {
  return rows(
    trx,
    `select h.id, h.number, h.from_holder as "from", h.holder as "to", h.side, h.note, h.handed_at as at, h.handed_by as by,
       case when h.proposal is not null then jsonb_build_object('decision', h.proposal, 'quantity', h.proposed_quantity) end
         as proposal
     from case_hand_over h
     where h.case_id = :caseId and (:id::uuid is null or h.id = :id::uuid) and (:after::int is null or h.number < :after::int)
     order by h.number desc limit :limit`,
    { caseId, id: id ?? null, limit, after: after ?? null },
  );
}

/** The case is locked. */
export async function insertHandOver(
  trx: Trx,
  { proposal, by, ...rest }: HandOver & { caseId: string; mspId: string; tenantId: string | null },
): Promise<void> {
  await rows(
    trx,
    `insert into case_hand_over (id, case_id, number, msp_id, tenant_id, from_holder, holder, side, note, proposal,
       proposed_quantity, handed_at, handed_by)
     select :id, :caseId, 1 + count(*), :mspId::uuid, :tenantId::uuid, :from, :to, :side, :note, :proposal, :quantity::int, :at, :by
     from case_hand_over where case_id = :caseId`,
    { ...rest, proposal: proposal?.decision ?? null, quantity: proposal?.quantity ?? null, by: JSON.stringify(by) },
  );
}

/** Whether an MSP lets its customers take part in its cases. */
export async function isDeskActive(trx: Trx, mspId: string): Promise<boolean> {
  const sql = 'select active from service_desk where msp_id = :mspId';
  const [row] = await rows<{ active: boolean }>(trx, sql, { mspId });
  return row?.active === true;
}

/** Sets it; false where it was so. */
export async function setDeskActive(
  trx: Trx,
  { mspId, active, at, by }: { mspId: string; active: boolean; at: Date; by: Actor },
): Promise<boolean> {
  const set = await rows(
    trx,
    `insert into service_desk as d (msp_id, active, set_at, set_by) values (:mspId, :active, :at, :by)
     on conflict (msp_id) do update set active = excluded.active, set_at = excluded.set_at, set_by = excluded.set_by
       where d.active <> excluded.active
     returning 1`,
    { mspId, active, at, by: JSON.stringify(by) },
  );
  return set.length > 0;
}

/** Whether anybody sees the tenant who does not see all of its MSP: a customer company, or a member who is limited to it. Sees all. */
export async function isReached(trx: Trx, { mspId, tenantId }: { mspId: string; tenantId: string }): Promise<boolean> {
  const [row] = await rows<{ reached: boolean }>(
    trx,
    `with recursive above as (
       select id, parent_id, customer_id from tenant where msp_id = :mspId and id = :tenantId
       union all
       select t.id, t.parent_id, t.customer_id from above a join tenant t on t.msp_id = :mspId and t.id = a.parent_id)
     select exists (select from above a join company c on c.id = a.customer_id and c.state = 'active') or exists (
       select from membership m where m.company_id = :mspId and m.invited_as is null and m.from_at <= now()
         and (m.until_at is null or m.until_at > now())
         and (:tenantId = any(m.tenant_ids) or m.with_below and m.tenant_ids && (select array_agg(id) from above))) as reached`,
    { mspId, tenantId },
  );
  return row?.reached === true;
}
