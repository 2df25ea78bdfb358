import { aggregationOf, METER_CODES, type MeterCode } from '../../domain/catalog/index.js';
import { periodRange, type Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';
import type { EndedRow } from './installationsOf.js';
import { BEFORE, boundsOf, type ReceivedBefore } from './siteQueries.js';

/** How far a message's own clock may deviate at the most; bounds which partitions of check-ins a period can touch. */
export const MAX_CLOCK_OFFSET_DAYS = 8;

export interface UsageRow {
  siteId: string;
  installationId: string;
  tenantRef: string | null;
  meter: MeterCode;
  reported: number | null;
  /** When that report was received, of several the last. */
  reportedAt: Date | null;
  observed: number | null;
  observedAt: Date | null;
  beforeRevocation: number | null;
  usedAfterAt: Date | null;
  maxOffset: number;
  minOffset: number;
}

/** What an installation that was replaced for free (rule 6) was seen to use until then counts as its successor's. */
export interface MovedRow {
  siteId: string;
  installationId: string;
  countsAs: string;
  until: Date;
}

export interface UsageQuery {
  period: Period;
  sites: readonly { mspId: string; siteId: string; zone: string; zoneBefore: string }[];
  ended: readonly EndedRow[];
  moved: readonly MovedRow[];
  receivedBefore: ReceivedBefore;
}

/** An installation that was replaced in a month that ends at that instant. */
export interface ReplacedRow {
  mspId: string;
  siteId: string;
  installationId: string;
  replacedAt: Date;
  end: Date;
}

const SLACK_MS = MAX_CLOCK_OFFSET_DAYS * 86_400_000;

/** Those that were seen in the month after they had been replaced, `<site>/<installation>`. */
export async function seenAfterReplacement(
  trx: Trx,
  replaced: readonly ReplacedRow[],
  receivedBefore: ReceivedBefore,
): Promise<ReadonlySet<string>> {
  if (replaced.length === 0) return new Set();
  const found = await rows<{ id: string }>(
    trx,
    `select m."siteId" || '/' || m."installationId" as id
     from jsonb_to_recordset(:replaced::jsonb)
       as m("mspId" uuid, "siteId" uuid, "installationId" uuid, "replacedAt" timestamptz, "end" timestamptz)
     ${BEFORE('m."siteId"')}
     where exists (select from check_in c where c.msp_id = m."mspId" and c.site_id = m."siteId"
       and c.installation_id = m."installationId" and c.counted_at >= m."replacedAt" and c.counted_at < m."end"
       and c.observed_at >= :pruneFrom and c.observed_at < :pruneTo and (b.before is null or c.received_at < b.before))`,
    {
      replaced: JSON.stringify(replaced),
      bounds: boundsOf(receivedBefore),
      pruneFrom: new Date(Math.min(...replaced.map(({ replacedAt }) => replacedAt.getTime())) - SLACK_MS),
      pruneTo: new Date(Math.max(...replaced.map(({ end }) => end.getTime())) + SLACK_MS),
    },
  );
  return new Set(found.map(({ id }) => id));
}

const SUMS = METER_CODES.filter((meter) => aggregationOf(meter) === 'sum');
const LASTS = METER_CODES.filter((meter) => aggregationOf(meter) === 'last');

/**
 * Per site, installation, tenant and meter: what its check-ins and its report of the latest revision come to by the
 * meter's aggregation (rule 2). A sum adds the days of the MSP's zone; a day's count is absolute, so the highest of the
 * day counts and a repeat adds nothing.
 */
export function usageOf(trx: Trx, { period, sites, ended, moved, receivedBefore }: UsageQuery): Promise<UsageRow[]> {
  const zones = new Map(sites.map(({ zone, zoneBefore }) => [`${zoneBefore} ${zone}`, { zone, zoneBefore }]));
  const ranges = [...zones.values()].map(({ zone, zoneBefore }) => ({
    ...{ zone, zoneBefore },
    ...periodRange(period, zone, zoneBefore),
  }));
  return rows<UsageRow>(
    trx,
    `with ended as materialized (
       select e."siteId" as site_id, array_agg(e."installationId") as ids, array_agg(e.after) as afters
       from (
         select "siteId", "installationId", range_agg(tstzrange("from", until)) as after
         from jsonb_to_recordset(:ended::jsonb)
           as e("siteId" uuid, "installationId" uuid, "from" timestamptz, until timestamptz)
         group by 1, 2
       ) e group by 1
     ), moved as materialized (
       select m."siteId" as site_id, m."installationId" as installation_id, m."countsAs" as counts_as, m.until
       from jsonb_to_recordset(:moved::jsonb)
         as m("siteId" uuid, "installationId" uuid, "countsAs" uuid, until timestamptz)
     ), moved_of_site as materialized (
       select site_id, array_agg(installation_id) as ids, array_agg(counts_as) as counts_as, array_agg(until) as untils
       from moved group by 1
     ), site_range as materialized (
       select x."mspId" as msp_id, x."siteId" as site_id, r.zone, r.start, r."end", b.before, e.ids as ended, e.afters,
         m.ids as moved, m.counts_as, m.untils
       from jsonb_to_recordset(:sites::jsonb) as x("mspId" uuid, "siteId" uuid, zone text, "zoneBefore" text)
       join jsonb_to_recordset(:ranges::jsonb) as r(zone text, "zoneBefore" text, start timestamptz, "end" timestamptz)
         using (zone, "zoneBefore")
       left join ended e on e.site_id = x."siteId"
       left join moved_of_site m on m.site_id = x."siteId"
       ${BEFORE('x."siteId"')}
     ), by_day as (
       -- Site by site, so that a few rows are sorted at a time. Days matter to sums alone. The packed maximum finds the highest
       -- count and, among equals, its earliest instant, in one pass; the other way round it finds the newest count.
       select x.msp_id, x.site_id, d.* from site_range x cross join lateral (
         select coalesce(m.counts_as, c.installation_id) as installation_id, u.tenant_ref, u.meter,
           case when u.meter = any(:sums::text[]) then (c.counted_at at time zone x.zone)::date end as day,
           max(u.quantity::bigint << 32 | (4294967295 - floor(extract(epoch from c.counted_at))::bigint)) as packed,
           max(floor(extract(epoch from c.counted_at))::bigint << 32 | u.quantity) as newest,
           max(u.quantity) filter (where not c.counted_at <@ coalesce(e.after, '{}')) as before_revocation,
           max(floor(extract(epoch from c.counted_at))::bigint << 32 | u.quantity)
             filter (where not c.counted_at <@ coalesce(e.after, '{}')) as newest_before,
           min(c.counted_at) filter (where c.counted_at <@ e.after and u.quantity > 0) as used_after_at,
           max(c.clock_offset_seconds) as max_offset, min(c.clock_offset_seconds) as min_offset
         from check_in c
         left join lateral (select e.after from unnest(x.ended, x.afters) as e(id, after) where e.id = c.installation_id) e
           on true
         left join lateral (select m.counts_as from unnest(x.moved, x.counts_as, x.untils) as m(id, counts_as, until)
           where m.id = c.installation_id and c.counted_at < m.until) m on true
         cross join lateral unnest(c.tenant_refs, c.meters, c.quantities) as u(tenant_ref, meter, quantity)
         where c.msp_id = x.msp_id and c.site_id = x.site_id and c.counted_at >= x.start and c.counted_at < x."end"
           and c.observed_at >= :pruneFrom and c.observed_at < :pruneTo
           and (x.before is null or c.received_at < x.before)
         group by 1, 2, 3, 4
       ) d
     ), observed as (
       select msp_id, site_id, installation_id, tenant_ref, meter,
         case when meter = any(:sums::text[]) then sum(packed >> 32) when meter = any(:lasts::text[])
           then max(newest) & 4294967295 else max(packed) >> 32 end::int as quantity,
         case when meter = any(:sums::text[]) then sum(before_revocation) when meter = any(:lasts::text[])
           then max(newest_before) & 4294967295 else max(before_revocation) end::int as before_revocation,
         case when not meter = any(:sums::text[] || :lasts::text[])
           then to_timestamp(4294967295 - (max(packed) & 4294967295)) end as observed_at,
         min(used_after_at) as used_after_at, max(max_offset) as max_offset, min(min_offset) as min_offset
       from by_day group by 1, 2, 3, 4, 5
     ), latest as (
       select distinct on (g.msp_id, g.site_id, g.installation_id) g.*
       from site_range x
       join usage_report g on g.msp_id = x.msp_id and g.site_id = x.site_id and g.period = :period
         and (x.before is null or g.received_at < x.before)
       order by g.msp_id, g.site_id, g.installation_id, g.revision desc
     ), reported as (
       select g.msp_id, g.site_id, coalesce(m.counts_as, g.installation_id) as installation_id, u.tenant_ref, u.meter,
         case when u.meter = any(:sums::text[]) then sum(u.peak) else max(u.peak) end::int as peak,
         max(g.received_at) as received_at
       from latest g
       left join moved m on m.site_id = g.site_id and m.installation_id = g.installation_id
       cross join lateral unnest(g.tenant_refs, g.meters, g.peaks) as u(tenant_ref, meter, peak)
       group by 1, 2, 3, 4, 5
     )
     select coalesce(o.site_id, g.site_id) as "siteId", coalesce(o.installation_id, g.installation_id) as "installationId",
       coalesce(o.tenant_ref, g.tenant_ref) as "tenantRef", coalesce(o.meter, g.meter) as meter,
       g.peak as reported, g.received_at as "reportedAt", o.quantity as observed, o.observed_at as "observedAt",
       o.before_revocation as "beforeRevocation", o.used_after_at as "usedAfterAt",
       coalesce(o.max_offset, 0) as "maxOffset", coalesce(o.min_offset, 0) as "minOffset"
     from observed o full join reported g on g.site_id = o.site_id and g.installation_id = o.installation_id
       and g.meter = o.meter and coalesce(g.tenant_ref, E'\\x01') = coalesce(o.tenant_ref, E'\\x01')
     order by 1, 3 nulls last, 4, 2`,
    {
      period,
      sites: JSON.stringify(sites.map(({ mspId, siteId, zone, zoneBefore }) => ({ mspId, siteId, zone, zoneBefore }))),
      ranges: JSON.stringify(ranges),
      ended: JSON.stringify(ended),
      moved: JSON.stringify(moved),
      bounds: boundsOf(receivedBefore),
      sums: SUMS,
      lasts: LASTS,
      pruneFrom: new Date(Math.min(...ranges.map(({ start }) => start.getTime())) - SLACK_MS),
      pruneTo: new Date(Math.max(...ranges.map(({ end }) => end.getTime())) + SLACK_MS),
    },
  );
}
