import { addMonths, periodDays, previousPeriod } from '../../domain/period.js';
import type { MonthLicence } from '../../domain/usage.js';
import { rows, type Trx } from '../connect.js';
import { selected, type Selection } from './participants.js';

/** A site that was not billed for this long and is active again starts anew (rule 8). */
const BILLED_BEFORE_PERIODS = 12;

export interface SiteRow {
  mspId: string;
  zone: string;
  /** Of the month before. */
  zoneBefore: string;
  siteId: string;
  name: string;
  product: string;
  /** The oldest version that the programme took when the month's run opened; null: the catalogue's. */
  minimumVersion: string | null;
  activatedAt: Date | null;
  /** When the last of the keys it had in the month was revoked or destroyed; null while one of them is in force. */
  endedAt: Date | null;
  billedBefore: boolean;
  /** Whether an earlier month was corrected by what it used then. */
  correctedBefore: boolean;
}

export interface ReportRow {
  siteId: string;
  installationId: string;
  maxOffset: number;
}

export interface LicenceRow extends MonthLicence {
  siteId: string;
}

export interface TenantRow {
  siteId: string;
  tenantId: string;
  ref: string;
}

/** The keys of a site in the month: its own, and those of a tenant that its installations use or used; later ones are not. */
const ITS_KEYS = `(select m.id from metered_key m where m.msp_id = s.msp_id and m.site_id = s.id
    union select i.metered_key_id from installation i where i.msp_id = s.msp_id and i.site_id = s.id
    union select f.metered_key_id from former_key f where f.msp_id = s.msp_id and f.site_id = s.id) its
  join metered_key k on k.msp_id = s.msp_id and k.id = its.id
    and k.issued_at < ((p.period || '-01')::date + interval '1 month') at time zone p.zone`;

/** When a key had ended, by what was said before the instant up to which the site is known; null: it had not. */
const ENDED_AT = `case when k.state not in ('revoked', 'destroyed') then null
  when b.before is null or coalesce(k.end_noted_at, k.ended_at) < b.before then k.ended_at
  else (select f.ended_at from former_end f where f.msp_id = k.msp_id and f.metered_key_id = k.id
    and f.noted_at < b.before and f.replaced_at >= b.before) end`;

/** The sites of the selected participants, all or those of `only`: what they are, not yet what they used. */
export function sitesOf(trx: Trx, selection: Selection, only: ReceivedBefore | null): Promise<SiteRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<SiteRow>(
    trx,
    `select s.msp_id as "mspId", p.zone, coalesce(kontor_zone(p.msp_id, :before), p.zone) as "zoneBefore", s.id as "siteId", s.name, s.product, s.activated_at as "activatedAt",
       (select r.rules -> 'settings' -> 'minimumVersions' ->> s.product from billing_run r
         where r.programme_code = p.programme_code and r.period = p.period) as "minimumVersion",
       (select case when bool_and(e.at is not null) then max(e.at) end
        from ${ITS_KEYS} cross join lateral (select ${ENDED_AT} as at) e) as "endedAt",
       exists (select from statement_line l where l.msp_id = s.msp_id and l.site_id = s.id and l.kind = 'usage'
         and l.period >= :billedSince and l.period < :period) as "billedBefore",
       exists (select from statement_line l where l.msp_id = s.msp_id and l.site_id = s.id and l.kind = 'correction'
         and l.for_period >= :billedSince and l.for_period < :period) as "correctedBefore"
     from run_participant p
     join site s on s.msp_id = p.msp_id and s.programme_code = p.programme_code and s.state <> 'created'
       and s.from_period <= p.period and (:siteIds::uuid[] is null or s.id = any(:siteIds))
     ${BEFORE('s.id')}
     where ${sql}
     order by p.position, s.name collate "C", s.id`,
    {
      ...bindings,
      siteIds: only === null ? null : [...only.keys()],
      bounds: boundsOf(only ?? new Map<string, Date>()),
      before: previousPeriod(selection.period),
      billedSince: addMonths(selection.period, -BILLED_BEFORE_PERIODS),
    },
  );
}

/** By site: what was received from that instant on is not counted. Sites that are not named have no such bound. */
export type ReceivedBefore = ReadonlyMap<string, Date>;

/** Bounds as `BEFORE` takes them. */
export function boundsOf(receivedBefore: ReceivedBefore): string {
  return JSON.stringify(Object.fromEntries(receivedBefore));
}

/** SQL: `b.before` of a site, by `:bounds`. Looked up by its id: the planner would join thousands of them in a nested loop. */
export const BEFORE = (siteId: string) =>
  `cross join lateral (select (:bounds::jsonb ->> ${siteId}::text)::timestamptz as before) b`;

export function reportsOf(trx: Trx, selection: Selection, receivedBefore: ReceivedBefore): Promise<ReportRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<ReportRow>(
    trx,
    `select g.site_id as "siteId", g.installation_id as "installationId", max(g.clock_offset_seconds) as "maxOffset"
     from run_participant p join usage_report g on g.msp_id = p.msp_id and g.period = p.period
     ${BEFORE('g.site_id')}
     where ${sql} and (b.before is null or g.received_at < b.before) group by 1, 2`,
    { ...bindings, bounds: boundsOf(receivedBefore) },
  );
}

/** Licences that hold on at least a day of the month, with the days of it that they cover. */
export function licencesOf(trx: Trx, selection: Selection): Promise<LicenceRow[]> {
  const { sql, bindings } = selected(selection);
  const { first, last } = periodDays(selection.period);
  return rows<LicenceRow>(
    trx,
    `select l.site_id as "siteId", l.tenant_id as "tenantId", l.meter, greatest(l.starts_on, :first::date) as first,
       least(l.ends_on - 1, :last::date) as last, l.count
     from run_participant p join term_licence l on l.msp_id = p.msp_id
     where ${sql} and l.starts_on <= :last and l.ends_on > :first and l.ends_on > l.starts_on
     order by l.starts_on, l.id`,
    { ...bindings, first, last },
  );
}

export function tenantsOf(trx: Trx, selection: Selection): Promise<TenantRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<TenantRow>(
    trx,
    `select st.site_id as "siteId", st.tenant_id as "tenantId", st.reference as ref
     from run_participant p join site_tenant st on st.msp_id = p.msp_id and st.from_period <= p.period
       and (st.until_period is null or st.until_period > p.period)
     where ${sql}`,
    bindings,
  );
}
