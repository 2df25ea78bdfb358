import type { Day } from '../../domain/period.js';
import { parseSettings, resolveSettings } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';
import { PROGRAMME_NOW } from './programmeOf.js';

/** When the MSPs of a programme are told that a licence ends. */
export interface EndingRule {
  programme: string;
  vendorName: string;
  partnerTeamEmail: string;
  partnerTeamLocale: string;
  /** Days before the end. */
  remindBeforeEndDays: readonly number[];
}

/** Rule 22 as each programme has it today. */
export async function endingRules(trx: Trx): Promise<EndingRule[]> {
  const found = await rows<Omit<EndingRule, 'remindBeforeEndDays'> & { settings: unknown }>(
    trx,
    `select g.code as programme, g.vendor ->> 'name' as "vendorName",
       coalesce(v.settings ->> 'partnerTeamEmail', g.vendor ->> 'email') as "partnerTeamEmail",
       coalesce(v.settings ->> 'partnerTeamLocale', 'en') as "partnerTeamLocale", v.settings
     from ${PROGRAMME_NOW} order by g.code`,
  );
  return found.map(({ settings, ...rule }) => ({
    ...rule,
    ...resolveSettings(parseSettings(settings)).termLicences,
  }));
}

/** A licence of which its MSP is to be told, with what the letter needs. */
export interface EndingLicence {
  mspId: string;
  id: string;
  mspName: string;
  locale: string;
  siteName: string;
  tenantName: string | null;
  product: string;
  /** With what was added to it, as far as that runs to the end. */
  count: number;
  endsOn: Day;
  /** Days from today, in the MSP's zone, to the first that it does not cover; 0: it is over. */
  daysLeft: number;
  /** The step that is due: days before the end, 0: the end. Steps that a later one has overtaken are left out. */
  step: number;
}

/**
 * Licences of a programme whose end is near or was at most `endedWithinDays` ago, as of `now`; those after the cursor. Days
 * are days in the MSP's zone. None that was ended early, that is renewed or whose renewal is ordered, whose site is retired,
 * or whose MSP takes no part any more: of those nobody is to be reminded. An addition ends with the licence it belongs to.
 */
export function endingLicences(
  trx: Trx,
  { programme, remindBeforeEndDays: steps }: Pick<EndingRule, 'programme' | 'remindBeforeEndDays'>,
  { now, endedWithinDays, limit, after }: { now: Date; endedWithinDays: number; limit: number; after: string | null },
): Promise<EndingLicence[]> {
  return rows<EndingLicence>(
    trx,
    `select l.msp_id as "mspId", l.id, m.name as "mspName", m.locale, s.name as "siteName", t.name as "tenantName",
       s.product, l.count + coalesce(added.count, 0)::int as count, l.ends_on as "endsOn", d.days as "daysLeft",
       due.step::float as step
     from term_licence l
     join site s on s.msp_id = l.msp_id and s.id = l.site_id and s.programme_code = :programme and s.state <> 'retired'
     join participation p on p.msp_id = l.msp_id and p.programme_code = s.programme_code
       and p.state in ('approved', 'suspended')
     join msp m on m.id = l.msp_id
     left join tenant t on t.msp_id = l.msp_id and t.id = l.tenant_id
     cross join lateral (select greatest(0, l.ends_on - (:now::timestamptz at time zone kontor_zone(m.id))::date) as days,
       (:now::timestamptz at time zone kontor_zone(m.id))::date - l.ends_on as ago) d
     cross join lateral (select case when d.days = 0 then 0 else
       (select min(step) from unnest(:steps::numeric[]) as step where d.days <= step) end as step) due
     left join lateral (select sum(e.count) as count from term_licence e
       where e.msp_id = l.msp_id and e.extends = l.id and e.ends_on = l.ends_on) added on true
     where l.extends is null and l.ended_at is null and due.step is not null and d.ago <= :endedWithinDays
       and (:after::uuid is null or l.id > :after::uuid)
       and not exists (select from term_licence r
         where r.msp_id = l.msp_id and r.renews = l.id and r.ends_on > r.starts_on)
       and not exists (select from purchase_order o
         where o.msp_id = l.msp_id and o.licence_id = l.id and o.kind = 'renewal' and o.state = 'placed')
     order by l.id limit :limit`,
    { programme, steps: [...steps], now, endedWithinDays, limit, after },
  );
}
