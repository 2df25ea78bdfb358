/**
 * What sites said about a month, by the time of receipt: counted from the stored check-ins and reports by queries of verify's
 * own. A check-in belongs to the month that the MSP's wall clock shows, and days are read off the same clock.
 */
import { aggregationOf, METER_CODES } from '../../domain/catalog/index.js';
import { ask, type VerifyContext } from '../context.js';
import { monthLater } from './calendar.js';

/** A site in a month, and the instant from which on what is received is left out; null: nothing is. */
export interface Listening {
  siteId: string;
  mspId: string;
  zone: string;
  zoneBefore: string;
  before: Date | null;
  /** What was said of keys later than that does not count either. */
  asOf: Date;
}

/** Counts of one installation, tenant and meter: of one day where the meter adds days, else of the month. */
export interface Counted {
  siteId: string;
  installation: string;
  tenantRef: string | null;
  meter: string;
  day: string | null;
  /** Before the installation was replaced for free. */
  early: boolean;
  /** After the end of the key it used, or while its MSP was suspended. */
  late: boolean;
  most: number;
  /** Seconds of the newest count, and what it was. */
  newest: [number, number];
  firstUsedOn: string | null;
  maxOffset: number;
  minOffset: number;
}

export interface Reported {
  siteId: string;
  installation: string;
  receivedAt: Date;
  maxOffset: number;
  tenantRefs: (string | null)[];
  meters: string[];
  peaks: number[];
}

/** What was counted on one day of a meter whose licences change in the month; meter null: heard without it. */
export interface OnDay {
  siteId: string;
  installation: string;
  early: boolean;
  day: string;
  tenantRef: string | null;
  meter: string | null;
  most: number | null;
}

const LISTENING = `
  listening as materialized (
    select x."siteId" as site_id, x."mspId" as msp_id, x.zone, x."zoneBefore" as zone_before, x.before, x."asOf" as as_of
    from jsonb_to_recordset(:sites::jsonb)
      as x("siteId" uuid, "mspId" uuid, zone text, "zoneBefore" text, before timestamptz, "asOf" timestamptz)
  )`;

/** Check-ins of the month: begun where the month before ended, in the zone that held then. */
const HEARD = `
  heard as (
    select c.site_id, c.installation_id, c.counted_at, c.clock_offset_seconds, c.tenant_refs, c.meters, c.quantities,
      (c.counted_at at time zone l.zone)::date as day, l.zone,
      coalesce(i.replaced_for_free and c.counted_at < i.replaced_at, false) as early
    from listening l
    join check_in c on c.msp_id = l.msp_id and c.site_id = l.site_id
      and c.observed_at >= :from::timestamptz and c.observed_at < :to::timestamptz
      and to_char(c.counted_at at time zone l.zone_before, 'YYYY-MM') >= :month
      and to_char(c.counted_at at time zone l.zone, 'YYYY-MM') <= :month
      and (l.before is null or c.received_at < l.before)
    left join installation i on i.msp_id = c.msp_id and i.site_id = c.site_id and i.id = c.installation_id
  )`;

const COUNTED = `with ${LISTENING}, ended as materialized (
    select l.site_id, used.installation_id, k.gone as "from", used.until from listening l join (
      select msp_id, site_id, id as installation_id, metered_key_id, 'infinity'::timestamptz as until from installation
      union all
      select msp_id, site_id, installation_id, metered_key_id, until_at from former_key) used using (msp_id, site_id)
    join (
      select msp_id, id as key_id, ended_how as how, ended_at as gone, coalesce(end_noted_at, ended_at) as said,
        'infinity'::timestamptz as unsaid from metered_key
      union all
      select msp_id, metered_key_id, ended_how, ended_at, noted_at, replaced_at from former_end
    ) k on k.msp_id = used.msp_id and k.key_id = used.metered_key_id
    where k.how in ('revoked', 'destroyed') and k.gone < used.until
      and k.said <= l.as_of and (l.before is null or k.said < l.before)
      and (k.unsaid > l.as_of or k.unsaid >= l.before)
    union all
    select i.site_id, i.id, x.from_at, coalesce(x.until_at, 'infinity')
    from listening l join installation i on i.msp_id = l.msp_id and i.site_id = l.site_id
    join suspension x on x.msp_id = l.msp_id and x.programme_code = :programme
  ), ${HEARD}, told as (
    select h.*, exists (select from ended e where e.site_id = h.site_id and e.installation_id = h.installation_id
      and h.counted_at >= e."from" and h.counted_at < e.until) as late
    from heard h
  )
  select t.site_id as "siteId", t.installation_id as installation, t.tenant_refs[k] as "tenantRef", t.meters[k] as meter,
    case when t.meters[k] = any(:sums::text[]) then t.day end as day, t.early, t.late, max(t.quantities[k]) as most,
    to_jsonb(max(array[floor(extract(epoch from t.counted_at))::bigint, t.quantities[k]::bigint])) as newest,
    min(t.day) filter (where t.quantities[k] > 0) as "firstUsedOn",
    max(t.clock_offset_seconds) as "maxOffset", min(t.clock_offset_seconds) as "minOffset"
  from told t cross join generate_subscripts(t.meters, 1) k
  group by 1, 2, 3, 4, 5, 6, 7 order by 1, 3 nulls last, 4, 2`;

const ON_DAYS = `with ${LISTENING}, ${HEARD}
  select h.site_id as "siteId", h.installation_id as installation, h.early, h.day, h.tenant_refs[k] as "tenantRef",
    h.meters[k] as meter, max(h.quantities[k]) as most
  from heard h left join lateral generate_subscripts(h.meters, 1) k on true
  group by 1, 2, 3, 4, 5, 6`;

const REPORTED = `with ${LISTENING}
  select g.site_id as "siteId", g.installation_id as installation, max(g.clock_offset_seconds) as "maxOffset",
    (array_agg(g.received_at order by g.revision desc))[1] as "receivedAt",
    (array_agg(to_jsonb(g.tenant_refs) order by g.revision desc))[1] as "tenantRefs",
    (array_agg(to_jsonb(g.meters) order by g.revision desc))[1] as meters,
    (array_agg(to_jsonb(g.peaks) order by g.revision desc))[1] as peaks
  from listening l join usage_report g on g.msp_id = l.msp_id and g.site_id = l.site_id and g.period = :month
    and (l.before is null or g.received_at < l.before)
  group by 1, 2 order by 1, 2`;

function bindings(month: string, sites: readonly Listening[]) {
  return {
    ...{ month, sites: JSON.stringify(sites), sums: METER_CODES.filter((meter) => aggregationOf(meter) === 'sum') },
    // A week for clocks that are off, and the zones: more than any message may deviate.
    ...{ from: `${monthLater(month, -1)}-18T00:00:00Z`, to: `${monthLater(month, 1)}-12T00:00:00Z` },
  };
}

export interface Said {
  counted: Counted[];
  reported: Reported[];
}

/** Everything these sites said about the month. */
export async function said(context: VerifyContext, month: string, sites: readonly Listening[]): Promise<Said> {
  if (sites.length === 0) return { counted: [], reported: [] };
  const given = bindings(month, sites);
  return {
    counted: await ask<Counted>(context, COUNTED, given),
    reported: await ask<Reported>(context, REPORTED, given),
  };
}

/** The same by the day, check-ins that name no meter among them. */
export async function saidOnDays(context: VerifyContext, month: string, sites: readonly Listening[]): Promise<OnDay[]> {
  return sites.length === 0 ? [] : ask<OnDay>(context, ON_DAYS, bindings(month, sites));
}
