import type { DiscrepancyKind } from '../../domain/reconcile/index.js';
import type { Holder } from '../../domain/serviceDesk.js';
import { havingAction } from '../access/casePersonStore.js';
import { rows, type Trx } from '../connect.js';

/** Open cases in numbers. */
export interface WorkList {
  open: number;
  byKind: { kind: DiscrepancyKind; open: number }[];
  byHolder: { holder: Holder; open: number }[];
  byOwner: { mine: number; others: number; unowned: number } | null;
  oldest: { id: string; foundAt: Date } | null;
  soonest: { id: string; until: Date } | null;
}

type Row = Omit<WorkList, 'oldest' | 'soonest'> & {
  oldest: { id: string; foundAt: string } | null;
  soonest: { id: string; until: string } | null;
};

const NUMBERS = `(select count(*)::int from found) as open,
  coalesce((select jsonb_agg(jsonb_build_object('kind', kind, 'open', n) order by n desc, kind)
    from (select kind, count(*) as n from found group by 1) k), '[]') as "byKind",
  coalesce((select jsonb_agg(jsonb_build_object('holder', holder, 'open', n) order by n desc, holder)
    from (select holder, count(*) as n from found group by 1) h), '[]') as "byHolder",
  (select jsonb_build_object('id', id, 'foundAt', found_at) from found order by found_at, id limit 1) as oldest,
  (select jsonb_build_object('id', id, 'until', until) from found where until is not null order by until, id limit 1) as soonest`;

function toWorkList([row]: readonly Row[]): WorkList {
  if (row === undefined) throw new Error('The numbers of a work list are one row.');
  const { oldest, soonest, ...numbers } = row;
  return {
    ...numbers,
    oldest: oldest && { ...oldest, foundAt: new Date(oldest.foundAt) },
    soonest: soonest && { ...soonest, until: new Date(soonest.until) },
  };
}

/** Of the partner team: all open cases, with whom they are and who looks after them. */
export async function teamWorkList(
  trx: Trx,
  { programme, personId }: { programme: string | undefined; personId: string },
): Promise<WorkList> {
  const found = await rows<Row>(
    trx,
    `with able as materialized (
       select distinct m.person_id from membership m cross join lateral kontor_acting(m.id, 'vendor') a
       where m.company_id = :team::uuid and m.person_id is not null and a.tenants is null
         and coalesce(a.actions @> array[:action::text], a.level = any(:levels::text[]))
     ), found as materialized (
       select c.id, c.kind, c.found_at, coalesce(p.parked_until, r.review_until) as until,
         coalesce((select o.holder from case_hand_over o where o.case_id = c.id order by o.number desc limit 1), 'partner_team')
           as holder,
         (select w.person_id from case_person w join able b on b.person_id = w.person_id
           where w.case_id = c.id and w.role = 'owner' and w.until_at is null) as owner
       from discrepancy c
       left join run_participant p on p.programme_code = c.programme_code and p.period = c.period and p.msp_id = c.msp_id
       left join run_shard r on r.programme_code = p.programme_code and r.period = p.period and r.shard = p.shard
       where c.state = 'open' and (:programme::text is null or c.programme_code = :programme)
     )
     select ${NUMBERS},
       (select jsonb_build_object('mine', count(*) filter (where owner = :personId::uuid),
         'others', count(*) filter (where owner <> :personId::uuid), 'unowned', count(*) filter (where owner is null))
         from found) as "byOwner"`,
    { programme: programme ?? null, personId, ...havingAction('cases.decide') },
  );
  return toWorkList(found);
}

/** Of an MSP or a customer: open cases that are with it. Their deadline is the end of the review. */
export async function deskWorkList(
  trx: Trx,
  { programme, side }: { programme: string | undefined; side: Holder },
): Promise<WorkList> {
  const found = await rows<Row>(
    trx,
    `with held as materialized (
       select d.id, d.kind, d.found_at, h.holder
       from discrepancy d cross join lateral (select o.holder from case_hand_over o where o.case_id = d.id
         order by o.number desc limit 1) h
       where d.state = 'open' and h.holder = :side and (:programme::text is null or d.programme_code = :programme)
     ), found as materialized (
       select h.*, case when l.state = 'open' then l.until end as until
       from held h join kontor_case_deadlines(array(select id from held)) l on l.id = h.id
     )
     select ${NUMBERS}, null as "byOwner"`,
    { programme: programme ?? null, side },
  );
  return toWorkList(found);
}
