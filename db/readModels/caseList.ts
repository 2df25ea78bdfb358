import type { Actor } from '../../domain/access/actor.js';
import {
  readEvidence,
  type Decision,
  type DiscrepancyKind,
  type Handling,
  type KindWithEvidence,
} from '../../domain/reconcile/index.js';
import type { ParticipantState } from '../../domain/run.js';
import type { Holder } from '../../domain/serviceDesk.js';
import { hasAction, havingAction } from '../access/casePersonStore.js';
import { rows, type Trx } from '../connect.js';

/** A discrepancy with its names, evidence and resolution, and where its MSP stands. */
export type CaseView = KindWithEvidence & {
  id: string;
  programme: string;
  period: string;
  /** Null for what was refused before an MSP could be told. */
  mspId: string | null;
  mspName: string | null;
  handling: Handling;
  siteId: string | null;
  siteName: string | null;
  tenantRef: string | null;
  meter: string | null;
  state: 'open' | 'settled';
  resolvedBy: 'rule' | 'default' | 'person' | null;
  decision: Decision | null;
  quantity: number | null;
  reason: string | null;
  author: Actor | null;
  foundAt: Date;
  resolvedAt: Date | null;
  /** Until when a person may decide, or should where the MSP is parked. */
  decideUntil: Date | null;
  participantState: ParticipantState | null;
  /** Of the statement the case ended in. */
  statementNumber: string | null;
  /** Who of the partner team looks after it, since when, and whether she may still decide it; null: nobody. */
  owner: { person: Actor; since: Date; mayDecide: boolean } | null;
  /** Who follows it besides. */
  additional: Actor[];
  /** With whom it is, and since when where it was ever handed over. */
  holder: Holder;
  heldSince: Date | null;
  /** What was proposed last, with an answer of the MSP or of its customer. */
  proposal: { decision: Decision; quantity: number | null; note: string; at: Date; by: Actor; side: Holder } | null;
};

type CaseRow = Omit<CaseView, 'kind' | 'evidence' | 'owner' | 'proposal'> & {
  kind: DiscrepancyKind;
  evidence: unknown;
  owner: (Omit<NonNullable<CaseView['owner']>, 'since'> & { since: string }) | null;
  proposal: (Omit<NonNullable<CaseView['proposal']>, 'at'> & { at: string }) | null;
};

const PERSON = `jsonb_build_object('kind', 'person', 'id', h.id, 'name', h.name)`;
const OWNER = `select jsonb_build_object('person', ${PERSON}, 'since', w.from_at, 'mayDecide', ${hasAction('h.id')})
  from case_person w join person h on h.id = w.person_id
  where w.case_id = c.id and w.role = 'owner' and w.until_at is null`;
const ADDITIONAL = `select coalesce(jsonb_agg(${PERSON} order by w.from_at, w.id), '[]')
  from case_person w join person h on h.id = w.person_id
  where w.case_id = c.id and w.role = 'additional' and w.until_at is null`;

const PROPOSAL = `select jsonb_build_object('decision', o.proposal, 'quantity', o.proposed_quantity, 'note', o.note,
    'at', o.handed_at, 'by', o.handed_by, 'side', o.side)
  from case_hand_over o where o.case_id = c.id and o.proposal is not null
  order by o.number desc limit 1`;

/**
 * Cases by any of the filters, the latest first; those after the cursor. `ownerId`, `involvedId`: those that the person owns, or
 * owns or follows; `unowned`: those without an owner who may decide them. Throws INTERNAL where evidence does not fit.
 */
export async function caseList(
  trx: Trx,
  filter: {
    id?: string | undefined;
    ids?: readonly string[] | undefined;
    programme?: string | undefined;
    period?: string | undefined;
    state?: string | undefined;
    kind?: string | undefined;
    mspId?: string | undefined;
    ownerId?: string | undefined;
    involvedId?: string | undefined;
    unowned?: boolean | undefined;
    holder?: string | undefined;
    limit: number;
    after?: [foundAt: Date, id: string] | undefined;
  },
): Promise<CaseView[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  const found = await rows<CaseRow>(
    trx,
    `select c.id, c.programme_code as programme, c.period, c.msp_id as "mspId", m.name as "mspName", c.kind, c.handling, c.site_id as "siteId",
       s.name as "siteName", c.tenant_ref as "tenantRef", c.meter, c.evidence, c.state, c.resolved_by as "resolvedBy",
       c.decision, c.decided_quantity as quantity, c.reason, c.author, c.found_at as "foundAt",
       c.resolved_at as "resolvedAt", coalesce(p.parked_until, r.review_until) as "decideUntil",
       p.state as "participantState", (select number from statement t where t.msp_id = c.msp_id and t.programme_code = c.programme_code
         and t.period = c.period
         order by t.revision desc limit 1) as "statementNumber",
       (${OWNER}) as owner, (${ADDITIONAL}) as additional,
       coalesce(l.holder, 'partner_team') as holder, l.handed_at as "heldSince", (${PROPOSAL}) as proposal
     from discrepancy c
     left join msp m on m.id = c.msp_id
     left join site s on s.msp_id = c.msp_id and s.id = c.site_id
     left join run_participant p on p.programme_code = c.programme_code and p.period = c.period and p.msp_id = c.msp_id
     left join run_shard r on r.programme_code = p.programme_code and r.period = p.period and r.shard = p.shard
     left join lateral (select o.holder, o.handed_at from case_hand_over o where o.case_id = c.id
       order by o.number desc limit 1) l on true
     where (:id::uuid is null or c.id = :id::uuid) and (:ids::uuid[] is null or c.id = any(:ids::uuid[])) and (:programme::text is null or c.programme_code = :programme) and (:period::text is null or c.period = :period)
       and (:state::text is null or c.state = :state) and (:kind::text is null or c.kind = :kind)
       and (:mspId::uuid is null or c.msp_id = :mspId::uuid)
       and (:ownerId::uuid is null or exists (select from case_person w where w.case_id = c.id and w.until_at is null
         and w.role = 'owner' and w.person_id = :ownerId::uuid))
       and (:involvedId::uuid is null or exists (select from case_person w where w.case_id = c.id and w.until_at is null
         and w.person_id = :involvedId::uuid))
       and (:holder::text is null or coalesce(l.holder, 'partner_team') = :holder)
       and (:unowned::boolean is null or :unowned::boolean = not exists (select from case_person w where w.case_id = c.id
         and w.until_at is null and w.role = 'owner' and ${hasAction('w.person_id')}))
       and (:afterId::uuid is null or (c.found_at, c.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by c.found_at desc, c.id desc limit :limit`,
    {
      id: filter.id ?? null,
      ids: filter.ids ?? null,
      programme: filter.programme ?? null,
      period: filter.period ?? null,
      state: filter.state ?? null,
      kind: filter.kind ?? null,
      mspId: filter.mspId ?? null,
      ...{ ownerId: filter.ownerId ?? null, involvedId: filter.involvedId ?? null, unowned: filter.unowned ?? null },
      holder: filter.holder ?? null,
      ...havingAction('cases.decide'),
      afterAt,
      afterId,
      limit: filter.limit,
    },
  );
  return found.map(({ kind, evidence, owner, proposal, ...row }) => ({
    ...row,
    proposal: proposal && { ...proposal, at: new Date(proposal.at) },
    owner: owner && { ...owner, since: new Date(owner.since) },
    ...readEvidence(kind, evidence),
  }));
}
