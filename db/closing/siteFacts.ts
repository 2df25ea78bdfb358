import type { MeterCode } from '../../domain/catalog/index.js';
import { groupBy } from '../../domain/groupBy.js';
import { addMonths, dayOf, periodDays, periodRange } from '../../domain/period.js';
import type { InstallationUsage, SiteFacts, UsageFacts } from '../../domain/usage.js';
import { rows, type Trx } from '../connect.js';
import { selected, type Selection } from './participants.js';

/** How far a message's own clock may deviate at the most; bounds which partitions of check-ins a period can touch. */
const MAX_CLOCK_OFFSET_DAYS = 8;
/** How many periods back the last confirmed quantity of a silent site is looked for. */
const LAST_CONFIRMED_PERIODS = 6;

/** A site that was not billed for this long and is active again starts anew (rule 8). */
const BILLED_BEFORE_PERIODS = 12;

interface SiteRow {
  mspId: string;
  zone: string;
  siteId: string;
  name: string;
  activatedAt: Date | null;
  revokedAt: Date | null;
  installationIds: string[];
  billedBefore: boolean;
}

interface UsageRow {
  siteId: string;
  installationId: string;
  tenantRef: string | null;
  meter: MeterCode;
  reported: number | null;
  observed: number | null;
  observedAt: Date | null;
  beforeRevocation: number | null;
  usedAfterAt: Date | null;
  maxOffset: number;
  minOffset: number;
}

interface ReportRow {
  siteId: string;
  installationId: string;
  maxOffset: number;
}

interface KnownRow {
  siteId: string;
  tenantRef: string | null;
  meter: MeterCode;
  quantity: number;
}

interface LicenceRow {
  siteId: string;
  tenantId: string | null;
  meter: MeterCode;
  count: number;
}

interface TenantRow {
  siteId: string;
  tenantId: string;
  ref: string;
}

/** A site's facts and the MSP it belongs to. */
export interface MspSiteFacts {
  mspId: string;
  facts: SiteFacts;
}

/** The sites of the selected participants: what they are, not yet what they used. */
function sitesOf(trx: Trx, selection: Selection): Promise<SiteRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<SiteRow>(
    trx,
    `select s.msp_id as "mspId", p.zone, s.id as "siteId", s.name, s.activated_at as "activatedAt",
       (select max(k.ended_at) from metered_key k where k.msp_id = s.msp_id and k.site_id = s.id
          and k.state in ('revoked', 'destroyed')
          and not exists (select from metered_key l where l.msp_id = s.msp_id and l.site_id = s.id
            and l.state in ('issued', 'active', 'disabled'))) as "revokedAt",
       array(select i.id from installation i where i.msp_id = s.msp_id and i.site_id = s.id order by i.activated_at, i.id)
         as "installationIds",
       exists (select from statement_line l where l.msp_id = s.msp_id and l.site_id = s.id and l.kind = 'usage'
         and l.period >= :billedSince and l.period < :period) as "billedBefore"
     from run_participant p
     join site s on s.msp_id = p.msp_id and s.programme_code = p.programme_code and s.state <> 'created'
       and s.from_period <= p.period
     where ${sql}
     order by p.position, s.name collate "C", s.id`,
    { ...bindings, billedSince: addMonths(selection.period, -BILLED_BEFORE_PERIODS) },
  );
}

/** Per site, installation, tenant and meter: the highest check-in and the reported peak of the latest revision. */
function usageOf(trx: Trx, selection: Selection, sites: readonly SiteRow[]): Promise<UsageRow[]> {
  const ranges = [...new Set(sites.map(({ zone }) => zone))].map((zone) => ({
    zone,
    ...periodRange(selection.period, zone),
  }));
  const starts = ranges.map(({ start }) => start.getTime());
  const ends = ranges.map(({ end }) => end.getTime());
  const slack = MAX_CLOCK_OFFSET_DAYS * 86_400_000;
  return rows<UsageRow>(
    trx,
    `with site_range as materialized (
       select x."mspId" as msp_id, x."siteId" as site_id, x."revokedAt" as revoked_at, r.start, r."end"
       from jsonb_to_recordset(:sites::jsonb) as x("mspId" uuid, "siteId" uuid, zone text, "revokedAt" timestamptz)
       join jsonb_to_recordset(:ranges::jsonb) as r(zone text, start timestamptz, "end" timestamptz) using (zone)
     ), observed as (
       -- The packed maximum finds the highest count and, among equals, its earliest instant, in one pass.
       select c.msp_id, c.site_id, c.installation_id, u.tenant_ref, u.meter,
         max(u.quantity::bigint << 32 | (4294967295 - floor(extract(epoch from c.counted_at))::bigint)) as packed,
         max(u.quantity) filter (where x.revoked_at is null or c.counted_at < x.revoked_at) as before_revocation,
         min(c.counted_at) filter (where c.counted_at >= x.revoked_at and u.quantity > 0) as used_after_at,
         max(c.clock_offset_seconds) as max_offset, min(c.clock_offset_seconds) as min_offset
       from site_range x
       join check_in c on c.msp_id = x.msp_id and c.site_id = x.site_id
         and c.counted_at >= x.start and c.counted_at < x."end"
         and c.observed_at >= :pruneFrom and c.observed_at < :pruneTo
       cross join lateral unnest(c.tenant_refs, c.meters, c.quantities) as u(tenant_ref, meter, quantity)
       group by 1, 2, 3, 4, 5
     ), latest as (
       select distinct on (g.msp_id, g.site_id, g.installation_id) g.*
       from site_range x
       join usage_report g on g.msp_id = x.msp_id and g.site_id = x.site_id and g.period = :period
       order by g.msp_id, g.site_id, g.installation_id, g.revision desc
     ), reported as (
       select g.msp_id, g.site_id, g.installation_id, u.tenant_ref, u.meter, max(u.peak) as peak
       from latest g cross join lateral unnest(g.tenant_refs, g.meters, g.peaks) as u(tenant_ref, meter, peak)
       group by 1, 2, 3, 4, 5
     )
     select coalesce(o.site_id, g.site_id) as "siteId", coalesce(o.installation_id, g.installation_id) as "installationId",
       coalesce(o.tenant_ref, g.tenant_ref) as "tenantRef", coalesce(o.meter, g.meter) as meter,
       g.peak as reported, (o.packed >> 32)::int as observed,
       to_timestamp(4294967295 - (o.packed & 4294967295)) as "observedAt",
       o.before_revocation as "beforeRevocation", o.used_after_at as "usedAfterAt",
       coalesce(o.max_offset, 0) as "maxOffset", coalesce(o.min_offset, 0) as "minOffset"
     from observed o full join reported g on g.site_id = o.site_id and g.installation_id = o.installation_id
       and g.meter = o.meter and coalesce(g.tenant_ref, E'\\x01') = coalesce(o.tenant_ref, E'\\x01')
     order by 1, 3 nulls last, 4, 2`,
    {
      period: selection.period,
      sites: JSON.stringify(sites.map(({ mspId, siteId, zone, revokedAt }) => ({ mspId, siteId, zone, revokedAt }))),
      ranges: JSON.stringify(ranges),
      pruneFrom: new Date(Math.min(...starts) - slack),
      pruneTo: new Date(Math.max(...ends) + slack),
    },
  );
}

function reportsOf(trx: Trx, selection: Selection): Promise<ReportRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<ReportRow>(
    trx,
    `select g.site_id as "siteId", g.installation_id as "installationId", max(g.clock_offset_seconds) as "maxOffset"
     from run_participant p join usage_report g on g.msp_id = p.msp_id and g.period = p.period
     where ${sql} group by 1, 2`,
    bindings,
  );
}

/** The last confirmed quantity per site, tenant and meter: reported, observed or decided, never itself an estimate. */
function lastConfirmed(trx: Trx, selection: Selection): Promise<KnownRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<KnownRow>(
    trx,
    `select distinct on (l.site_id, l.tenant_ref, l.meter) l.site_id as "siteId", l.tenant_ref as "tenantRef", l.meter,
       l.peak as quantity
     from run_participant p
     join statement_line l on l.msp_id = p.msp_id and l.programme_code = p.programme_code and l.kind = 'usage' and l.period >= :earliest and l.period < :period
     where ${sql} and l.basis in ('reported', 'observed', 'decided')
     order by l.site_id, l.tenant_ref, l.meter, l.period desc`,
    { ...bindings, earliest: addMonths(selection.period, -LAST_CONFIRMED_PERIODS) },
  );
}

function licencesOf(trx: Trx, selection: Selection): Promise<LicenceRow[]> {
  const { sql, bindings } = selected(selection);
  const { first, last } = periodDays(selection.period);
  return rows<LicenceRow>(
    trx,
    `select l.site_id as "siteId", l.tenant_id as "tenantId", l.meter, sum(l.count)::int as count
     from run_participant p join term_licence l on l.msp_id = p.msp_id
     where ${sql} and l.starts_on <= :last and l.ends_on > :first group by 1, 2, 3`,
    { ...bindings, first, last },
  );
}

function tenantsOf(trx: Trx, selection: Selection): Promise<TenantRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<TenantRow>(
    trx,
    `select st.site_id as "siteId", t.id as "tenantId", t.ref
     from run_participant p join site_tenant st on st.msp_id = p.msp_id
     join tenant t on t.msp_id = st.msp_id and t.id = st.tenant_id where ${sql}`,
    bindings,
  );
}

const groupBySite = <T extends { siteId: string }>(items: readonly T[]) => groupBy(items, ({ siteId }) => siteId);

const usageKey = (tenantRef: string | null, meter: string) => JSON.stringify([tenantRef, meter]);

function furtherFromZero(a: number, b: number): number {
  return Math.abs(b) > Math.abs(a) ? b : a;
}

/**
 * Everything known about the selected MSPs' sites in the period, in a handful of statements however many there are.
 * A site takes part when it was active before the period's end, or used something in it, or was billed before; a site
 * whose key was revoked before the period takes part only if it used something.
 */
export async function loadSiteFacts(trx: Trx, selection: Selection): Promise<MspSiteFacts[]> {
  const sites = await sitesOf(trx, selection);
  if (sites.length === 0) return [];
  const usage = groupBySite(await usageOf(trx, selection, sites));
  const reports = groupBySite(await reportsOf(trx, selection));
  const known = groupBySite(await lastConfirmed(trx, selection));
  const licences = groupBySite(await licencesOf(trx, selection));
  const tenants = groupBySite(await tenantsOf(trx, selection));

  const all: MspSiteFacts[] = [];
  for (const site of sites) {
    const { start, end } = periodRange(selection.period, site.zone);
    const used = usage.get(site.siteId) ?? [];
    const reported = reports.get(site.siteId) ?? [];
    const revokedBefore = site.revokedAt !== null && site.revokedAt < start;
    const heard = used.length > 0 || reported.length > 0;
    const wasActive = (site.activatedAt !== null && site.activatedAt < end) || site.billedBefore;
    if (!heard && (revokedBefore || !wasActive)) continue;

    const installationIds = site.installationIds.filter(
      (id, index) => index === 0 || [...used, ...reported].some(({ installationId }) => installationId === id),
    );
    const reporting = new Set(reported.map(({ installationId }) => installationId));
    const revokedAt = site.revokedAt !== null && site.revokedAt < end ? site.revokedAt : null;
    const facts: SiteFacts = {
      siteId: site.siteId,
      siteName: site.name,
      revokedAt,
      installationIds,
      // A key revoked in mid-month ends the site, not its bill: what it used until then and never reported is estimated.
      silentInstallationIds: revokedBefore ? [] : installationIds.filter((id) => !reporting.has(id)),
      clockOffsetSeconds: [
        ...used.flatMap((row) => [row.maxOffset, row.minOffset]),
        ...reported.map((row) => row.maxOffset),
      ].reduce(furtherFromZero, 0),
      usedAfterRevocationOn: earliestDay(used, site.zone),
      firstMonth: !site.billedBefore && site.activatedAt !== null && site.activatedAt >= start,
      usage: usageFactsOf(used, known.get(site.siteId) ?? [], {
        zone: site.zone,
        licences: licences.get(site.siteId) ?? [],
        tenants: new Map((tenants.get(site.siteId) ?? []).map(({ ref, tenantId }) => [ref, tenantId])),
        reporting,
      }),
    };
    all.push({ mspId: site.mspId, facts });
  }
  return all;
}

function earliestDay(used: readonly UsageRow[], zone: string): string | null {
  const instants = used.flatMap(({ usedAfterAt }) => (usedAfterAt === null ? [] : [usedAfterAt.getTime()]));
  return instants.length === 0 ? null : dayOf(new Date(Math.min(...instants)), zone);
}

interface SiteContext {
  zone: string;
  licences: readonly LicenceRow[];
  tenants: ReadonlyMap<string, string>;
  reporting: ReadonlySet<string>;
}

function usageFactsOf(used: readonly UsageRow[], known: readonly KnownRow[], site: SiteContext): UsageFacts[] {
  const facts = new Map<string, UsageFacts>();
  const factOf = (tenantRef: string | null, meter: MeterCode): UsageFacts => {
    const key = usageKey(tenantRef, meter);
    let fact = facts.get(key);
    if (fact === undefined) {
      const tenantId = tenantRef === null ? null : (site.tenants.get(tenantRef) ?? null);
      fact = { tenantRef, tenantId, meter, installations: [], lastQuantity: null, licensed: 0 };
      facts.set(key, fact);
    }
    return fact;
  };
  for (const row of used) {
    const installation: InstallationUsage = {
      installationId: row.installationId,
      // A report that does not mention a meter says that it was not used.
      reported: row.reported ?? (site.reporting.has(row.installationId) ? 0 : null),
      observed: row.observed,
      observedOn: row.observedAt === null ? null : dayOf(row.observedAt, site.zone),
      observedBeforeRevocation: row.beforeRevocation,
    };
    factOf(row.tenantRef, row.meter).installations.push(installation);
  }
  // What was down to nothing last time is no longer expected.
  for (const row of known) if (row.quantity > 0) factOf(row.tenantRef, row.meter).lastQuantity = row.quantity;
  coverByLicences([...facts.values()], site.licences);
  return [...facts.values()];
}

/** What a licence may have to cover of one usage: its highest number, or the one it is estimated by. */
function coverable({ installations, lastQuantity }: UsageFacts): number {
  if (installations.length === 0) return lastQuantity ?? 0;
  return installations.reduce((sum, { reported, observed }) => sum + Math.max(reported ?? 0, observed ?? 0), 0);
}

/**
 * A licence for one tenant covers that tenant; one for the whole site covers, tenant by tenant until it is used up, what
 * their own licences leave.
 */
function coverByLicences(facts: readonly UsageFacts[], licences: readonly LicenceRow[]): void {
  const ownFirst = licences.toSorted((a, b) => Number(a.tenantId === null) - Number(b.tenantId === null));
  for (const licence of ownFirst) {
    const covered = facts.filter(
      (fact) => fact.meter === licence.meter && (licence.tenantId === null || fact.tenantId === licence.tenantId),
    );
    let left = licence.count;
    for (const [index, fact] of covered.entries()) {
      const share = index === covered.length - 1 ? left : Math.min(left, Math.max(0, coverable(fact) - fact.licensed));
      fact.licensed += share;
      left -= share;
    }
  }
}
