import type { Day } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** `expiring`: it ends within the days that were asked for. `expired`: its term is over. `ended`: before that, or cancelled. */
export const LICENCE_STATUSES = ['upcoming', 'active', 'expiring', 'expired', 'ended'] as const;
export type LicenceStatus = (typeof LICENCE_STATUSES)[number];

/** What a term licence was agreed to be. */
export interface LicenceTerms {
  licenceId: string;
  siteId: string;
  siteName: string;
  meter: string;
  count: number;
  /** The first day it does not cover, as it was agreed. */
  agreedUntil: Day;
  years: number;
  billing: 'whole' | 'twelfths';
  /** Of one unit and year, an exact decimal. */
  unitPrice: string;
  priceCurrency: string;
  /** The licence it adds units to, or follows. */
  extends: string | null;
  renews: string | null;
  /** Whether another one follows it. */
  renewed: boolean;
}

/** A term licence, or a tenant's metered subscription, which has no terms. */
export interface HeldLicence {
  mspId: string;
  mspName: string;
  programme: string;
  product: string;
  /** Null: for a site as a whole. */
  tenantId: string | null;
  tenantName: string | null;
  kind: 'term' | 'metered';
  status: LicenceStatus;
  startsOn: Day;
  /** The first day it does not cover: until then service is due. Null: until it is cancelled. */
  endsOn: Day | null;
  terms: LicenceTerms | null;
  /** Orders those of an MSP that start on the same day. */
  key: string;
}

export interface LicenceFilter {
  /** Whether they are over, or not begun, is said as of here. */
  at: Date;
  /** Days before its end from which one is said to expire. */
  expiringDays: number;
  /** Metered subscriptions as well. */
  metered: boolean;
  programme?: string | undefined;
  product?: string | undefined;
  status?: LicenceStatus | undefined;
  mspId?: string | undefined;
  tenantId?: string | undefined;
  limit: number;
  after?: [mspName: string, mspId: string, startsOn: Day, key: string] | undefined;
}

/**
 * Term licences and metered subscriptions that the reader sees, by MSP and first day; those after the cursor. Days are days of
 * the MSP's zone, for whoever does not see that (customers, and those who act for them) of the programme's.
 */
export async function licenceOverview(trx: Trx, filter: LicenceFilter): Promise<HeldLicence[]> {
  const [afterMsp, afterMspId, afterDay, afterKey] = filter.after ?? [null, null, null, null];
  return rows<HeldLicence>(
    trx,
    `with held as (
       select l.msp_id, s.programme_code, s.product, l.tenant_id, 'term' as kind, l.starts_on, l.ends_on,
         l.ended_at is not null as was_ended, 'term ' || l.id as key,
         jsonb_build_object('licenceId', l.id, 'siteId', l.site_id, 'siteName', s.name, 'meter', l.meter, 'count', l.count,
           'agreedUntil', l.agreed_until, 'years', l.years, 'billing', l.billing, 'unitPrice', l.unit_price::text,
           'priceCurrency', l.price_currency, 'extends', l.extends, 'renews', l.renews,
           'renewed', exists (select from term_licence r
             where r.msp_id = l.msp_id and r.renews = l.id and r.ends_on > r.starts_on)) as terms
       from term_licence l join site s on s.msp_id = l.msp_id and s.id = l.site_id
       union all
       select c.msp_id, c.programme_code, c.product, c.tenant_id, 'metered', (c.from_period || '-01')::date,
         (e.until_period || '-01')::date, true, concat_ws(' ', 'metered', c.tenant_id, c.programme_code, c.product), null
       from (select s.*, lead(s.from_period) over (partition by msp_id, programme_code, tenant_id, product order by from_period)
           as next_period
         from (select c.*, lag(c.kind) over (partition by msp_id, programme_code, tenant_id, product order by from_period) as before
           from subscription c) s
         where s.before is distinct from s.kind) c
       left join participation p on p.msp_id = c.msp_id and p.programme_code = c.programme_code
       left join tenant o on o.msp_id = c.msp_id and o.id = c.tenant_id
       cross join lateral (select least(c.next_period, o.closed_from,
         to_char((p.left_period || '-01')::date + interval '1 month', 'YYYY-MM')) as until_period) e
       where c.kind = 'metered' and :metered and (e.until_period is null or e.until_period > c.from_period)
     ), told as (
       select h.*, m.name as msp_name, t.name as tenant_name,
         case when h.ends_on <= greatest(h.starts_on, d.today) then case when h.was_ended then 'ended' else 'expired' end
           when h.starts_on > d.today then 'upcoming'
           when h.ends_on - d.today <= :expiringDays::int then 'expiring'
           else 'active' end as status
       from held h
       join company m on m.id = h.msp_id
       left join tenant t on t.msp_id = h.msp_id and t.id = h.tenant_id
       cross join lateral (select (:at::timestamptz at time zone
         coalesce(kontor_zone(h.msp_id), (select v.zone from kontor_settings(h.programme_code) v)))::date as today) d
       where (:programme::text is null or h.programme_code = :programme)
         and (:product::text is null or h.product = :product)
         and (:mspId::uuid is null or h.msp_id = :mspId::uuid)
         and (:tenantId::uuid is null or h.tenant_id = :tenantId::uuid)
     )
     select msp_id as "mspId", msp_name as "mspName", programme_code as programme, product, tenant_id as "tenantId",
       tenant_name as "tenantName", kind, status, starts_on as "startsOn", ends_on as "endsOn", terms, key
     from told
     where (:status::text is null or status = :status)
       and (:afterKey::text is null or (msp_name collate "C", msp_id, starts_on, key collate "C")
         > (:afterMsp::text collate "C", :afterMspId::uuid, :afterDay::date, :afterKey::text collate "C"))
     order by msp_name collate "C", msp_id, starts_on, key collate "C" limit :limit`,
    {
      ...{ at: filter.at, expiringDays: filter.expiringDays, metered: filter.metered },
      programme: filter.programme ?? null,
      product: filter.product ?? null,
      status: filter.status ?? null,
      mspId: filter.mspId ?? null,
      tenantId: filter.tenantId ?? null,
      ...{ afterMsp, afterMspId, afterDay, afterKey },
      limit: filter.limit,
    },
  );
}
