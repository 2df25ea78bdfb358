import { PRODUCTS } from '../../domain/catalog/index.js';
import { addDays } from '../../domain/instant.js';
import { periodRange, previousPeriod, type Period } from '../../domain/period.js';
import type { ContactState, SiteKind, SiteState } from '../../domain/site.js';
import { rows, type Trx } from '../connect.js';
import { USAGE_RULES } from './usageRules.js';

/** `failed`: a job failed. `unknown`: none did, and of some nobody knows, or an installation in use has told nothing. */
export const BACKUP_STATES = ['passed', 'failed', 'unknown'] as const;
export type BackupState = (typeof BACKUP_STATES)[number];

/** What counts of one meter of a site, in the meter's unit, all its tenants together. Null: nothing came of that month. */
export interface MeterMonths {
  meter: string;
  thisMonth: number | null;
  lastMonth: number | null;
}

/** A site with what is asked about all of them at once. */
export interface SiteOverview {
  mspId: string;
  mspName: string;
  programme: string;
  siteId: string;
  name: string;
  product: string;
  kind: SiteKind;
  state: SiteState;
  /** Rule 6. */
  contact: ContactState;
  lastContactAt: Date | null;
  /** That it serves in the month, as far as the reader sees them. */
  tenantRefs: string[];
  /** In use: neither replaced nor retired. */
  installations: number;
  /** The oldest that one of these named last; null: there is none. */
  productVersion: string | null;
  /** Rule 23: the oldest that the programme takes now. */
  minimumVersion: string;
  belowMinimum: boolean;
  /** Of the newest check-ins of the two months that told it; null: not the reader's to see. In jobs. */
  backups: { state: BackupState; passed: number; failed: number; unknown: number; toldAt: Date | null } | null;
  meters: MeterMonths[];
}

export interface OverviewFilter {
  /** The month shown, beside the one before it. */
  period: Period;
  /** Days of silence are counted back from here. */
  at: Date;
  programme?: string | undefined;
  mspId?: string | undefined;
  /** Serves it, or a unit below it, in the month. */
  tenantId?: string | undefined;
  /** In the site's name, whatever its case. */
  name?: string | undefined;
  product?: string | undefined;
  kind?: SiteKind | undefined;
  /** Left out: all but retired ones. */
  state?: SiteState | undefined;
  contact?: ContactState | undefined;
  backups?: BackupState | undefined;
  /** Active, and not heard for as many days of 24 hours or more. */
  silentDays?: number | undefined;
  belowMinimum?: boolean | undefined;
  limit: number;
  after?: [mspName: string, mspId: string, name: string, siteId: string] | undefined;
}

interface Row extends Omit<SiteOverview, 'backups'> {
  backups: (Omit<NonNullable<SiteOverview['backups']>, 'toldAt'> & { toldAt: string | null }) | null;
}

const IN_USE = `i.msp_id = s.msp_id and i.site_id = s.id and i.replaced_by is null and i.retired_at is null`;

/** What backups of a site's installations were last said to be, as one row of JSON. Distributors and readers who are limited
 * to tenants are not shown it: no check-in tells it apart by tenant. */
const BACKUPS = `(select jsonb_build_object('passed', coalesce(sum(c.backups_passed), 0),
    'failed', coalesce(sum(c.backups_failed), 0), 'unknown', coalesce(sum(c.backups_unknown), 0),
    'toldAt', max(c.observed_at), 'state',
    case when sum(c.backups_failed) > 0 then 'failed'
      when count(*) = count(c.observed_at) and sum(c.backups_unknown) = 0 and sum(c.backups_passed) > 0 then 'passed'
      else 'unknown' end)
  from installation i left join lateral (
    select c.observed_at, c.backups_passed, c.backups_failed, c.backups_unknown from check_in c
    where c.msp_id = i.msp_id and c.site_id = i.site_id and c.installation_id = i.id and c.backups_passed is not null
      and c.observed_at >= :since and c.observed_at < :until
    order by c.observed_at desc limit 1) c on true
  where ${IN_USE} and (select kontor_scope()) in ('all', 'msp'))`;

const OLDEST = `(select coalesce(i.product_version_seen, i.product_version) from installation i where ${IN_USE}
  order by kontor_version(coalesce(i.product_version_seen, i.product_version)) limit 1)`;

const SHIPPED = JSON.stringify(Object.fromEntries(PRODUCTS.map(({ code, minimumVersion }) => [code, minimumVersion])));

/**
 * Sites that the reader sees, by MSP and name; those after the cursor. One statement: the page is found first, then what was
 * used is added up for its sites alone (kontor_usage, which gives readers what is theirs). A month of a meter is the sum over
 * installations, and over what the site calls its tenants, of what is billed by the rules: what was reported, else what was seen
 * (rules 2 and 3), before people decide and silent sites are estimated.
 */
export async function siteOverview(trx: Trx, filter: OverviewFilter): Promise<SiteOverview[]> {
  const [afterMsp, afterMspId, afterName, afterId] = filter.after ?? [null, null, null, null];
  const before = previousPeriod(filter.period);
  const found = await rows<Row>(
    trx,
    `with recursive unit as (
       select t.msp_id, t.id from tenant t where t.id = :tenantId::uuid
       union all
       select t.msp_id, t.id from unit u join tenant t on t.msp_id = u.msp_id and t.parent_id = u.id
     ), minimum as materialized (
       select g.code, s.settings -> 'minimumVersions' as versions from programme g
       cross join lateral kontor_settings(g.code) s
     ), page as materialized (
       select s.*, c.name as msp_name, o.version, o.minimum
       from site s
       join company c on c.id = s.msp_id
       join minimum m on m.code = s.programme_code
       cross join lateral (select ${OLDEST} as version,
         coalesce(m.versions ->> s.product, :shipped::jsonb ->> s.product) as minimum) o
       where (:mspId::uuid is null or s.msp_id = :mspId::uuid) and (:programme::text is null or s.programme_code = :programme)
         and (:name::text is null or strpos(lower(s.name), lower(:name)) > 0)
         and (:product::text is null or s.product = :product) and (:kind::text is null or s.kind = :kind)
         and (:contact::text is null or s.contact = :contact)
         and case when :state::text is null then s.state <> 'retired' else s.state = :state end
         and (:heardBefore::timestamptz is null
           or s.state = 'active' and coalesce(s.last_contact_at, s.activated_at) <= :heardBefore)
         and (:belowMinimum::boolean is null
           or coalesce(kontor_version(o.version) < kontor_version(o.minimum), false) = :belowMinimum)
         and (:tenantId::uuid is null or exists (select from site_tenant a join unit u on u.msp_id = a.msp_id and u.id = a.tenant_id
           where a.msp_id = s.msp_id and a.site_id = s.id
             and a.from_period <= :period and (a.until_period is null or a.until_period > :period)))
         and (:backups::text is null or (select kontor_scope()) in ('all', 'msp') and ${BACKUPS} ->> 'state' = :backups)
         and (:afterId::uuid is null or (c.name collate "C", c.id, s.name collate "C", s.id)
           > (:afterMsp::text collate "C", :afterMspId::uuid, :afterName::text collate "C", :afterId::uuid))
       order by c.name collate "C", c.id, s.name collate "C", s.id limit :limit
     ), counted as (
       select u.site_id, u.meter, n.period = :period as is_this,
         sum(u.counted) as count
       from (select msp_id, array_agg(id) as sites from page group by msp_id) p
       cross join (values (:period::text), (:before::text)) as n (period)
       cross join lateral kontor_usage(p.msp_id, n.period, p.sites, :rules::jsonb) u
       group by 1, 2, 3
     ), meters as (
       select site_id, jsonb_agg(jsonb_build_object('meter', meter, 'thisMonth', now, 'lastMonth', before) order by meter) as meters
       from (select site_id, meter, max(count) filter (where is_this) as now, max(count) filter (where not is_this) as before
         from counted group by 1, 2) m
       group by 1
     )
     select s.msp_id as "mspId", s.msp_name as "mspName", s.programme_code as programme, s.id as "siteId", s.name, s.product,
       s.kind, s.state, s.contact, s.last_contact_at as "lastContactAt",
       array(select distinct t.ref collate "C" from site_tenant a join tenant t on t.msp_id = a.msp_id and t.id = a.tenant_id
         where a.msp_id = s.msp_id and a.site_id = s.id and a.from_period <= :period
           and (a.until_period is null or a.until_period > :period) order by 1) as "tenantRefs",
       (select count(*)::int from installation i where ${IN_USE}) as installations,
       s.version as "productVersion", s.minimum as "minimumVersion",
       coalesce(kontor_version(s.version) < kontor_version(s.minimum), false) as "belowMinimum",
       case when (select kontor_scope()) in ('all', 'msp') then ${BACKUPS} end as backups,
       coalesce(m.meters, '[]') as meters
     from page s left join meters m on m.site_id = s.id
     order by s.msp_name collate "C", s.msp_id, s.name collate "C", s.id`,
    {
      ...{ period: filter.period, before, shipped: SHIPPED, rules: USAGE_RULES },
      since: periodRange(before, 'UTC').start,
      until: periodRange(filter.period, 'UTC').end,
      programme: filter.programme ?? null,
      mspId: filter.mspId ?? null,
      tenantId: filter.tenantId ?? null,
      name: filter.name ?? null,
      product: filter.product ?? null,
      kind: filter.kind ?? null,
      state: filter.state ?? null,
      contact: filter.contact ?? null,
      backups: filter.backups ?? null,
      heardBefore: filter.silentDays === undefined ? null : addDays(filter.at, -filter.silentDays),
      belowMinimum: filter.belowMinimum ?? null,
      ...{ afterMsp, afterMspId, afterName, afterId },
      limit: filter.limit,
    },
  );
  return found.map(({ backups, ...row }) => ({
    ...row,
    backups: backups && { ...backups, toldAt: backups.toldAt === null ? null : new Date(backups.toldAt) },
  }));
}
