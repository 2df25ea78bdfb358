import { compareTexts } from '../../domain/compareTexts.js';
import { addMonths, previousPeriod, type Period } from '../../domain/period.js';
import { usageKey, type UsageOf } from '../../domain/usage.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import { QUANTITY_BY_HAND } from '../corrections/standingCorrections.js';
import { selected, type Selection } from './participants.js';
import { REACH } from './reach.js';
import { BEFORE, boundsOf, type ReceivedBefore } from './siteQueries.js';

/** How many periods back the last confirmed quantity of a silent site is looked for. */
const LAST_CONFIRMED_PERIODS = 6;

export interface KnownRow extends UsageOf {
  quantity: number;
  /** The newest month of which people said what it comes to; null: there is none. */
  setIn: Period | null;
}

/** What a month confirmed. */
export interface Confirmed extends UsageOf {
  quantity: number;
  period: Period;
  /** Whether a person set it. */
  isSet: boolean;
}

/** What an installation was last known to use, and in which month. */
export interface KnownOfInstallation extends UsageOf {
  installationId: string;
  quantity: number;
  period: Period;
}

/**
 * The last known quantity per site, tenant and meter: what was billed as reported, observed or decided; of a site that is
 * silent again also what it reported late, as far as that reaches (rule 7) and its month had a price for it, or else what it was
 * estimated by last, so that it is never silently zero. What was corrected since counts as corrected, by the rules or by hand; a month that was waived or
 * deferred after all confirms nothing. `confirmed` is what months that are rated again are about to say, in place of what is
 * stored of them. A later month that was reported without that tenant and meter says none. By hand counts what was confirmed
 * before the instant up to which a site is known. What people set in review or by hand, or waived by hand, was said by them.
 */
export async function lastConfirmed(
  trx: Trx,
  selection: Selection,
  { confirmed, ratedAgain }: { confirmed: readonly Confirmed[]; ratedAgain: ReadonlySet<string> },
  receivedBefore: ReceivedBefore,
): Promise<KnownRow[]> {
  const { sql, bindings } = selected(selection);
  const found = await rows<KnownRow & { period: Period }>(
    trx,
    `with billed as (
       select l.site_id, l.tenant_ref, l.meter, l.peak as quantity, l.period,
         case when l.basis = 'estimated' then 3 else 1 end as rank, l.basis not in ('waived', 'deferred') as is_known,
         l.basis = 'decided' as is_set
       from run_participant p
       join statement_line l on l.msp_id = p.msp_id and l.programme_code = p.programme_code and l.kind = 'usage'
         and l.period >= :earliest and l.period < :period
       where ${sql} and (l.basis <> 'estimated' or l.peak > 0)),
     corrected as (
       select l.site_id, l.tenant_ref, l.meter, l.peak as quantity, l.for_period as period, l.period as booked,
         l.basis not in ('waived', 'deferred') as is_known, l.basis = 'decided' as is_set
       from run_participant p
       join statement_line l on l.msp_id = p.msp_id and l.programme_code = p.programme_code and l.kind = 'correction'
         and l.for_period >= :earliest and l.for_period < :period
       where ${sql} and (l.basis <> 'estimated' or l.peak > 0)),
     estimated as (
       select distinct p.msp_id, b.site_id from billed b join site s on s.id = b.site_id
       join run_participant p on p.msp_id = s.msp_id where ${sql} and b.rank = 3),
     late as (
       select distinct on (g.site_id, g.installation_id, g.period) g.site_id, g.period, g.tenant_refs, g.meters, g.peaks,
         s.content -> 'pricePlan' -> 'prices' as prices
       from estimated e join usage_report g on g.msp_id = e.msp_id and g.site_id = e.site_id
         and g.period >= :earliest and g.period < :period
       join run_participant p on p.programme_code = :programme and p.msp_id = g.msp_id and p.period = g.period
       join statement s on s.programme_code = p.programme_code and s.msp_id = p.msp_id and s.period = p.period
         and s.revision = 1
       -- Only where one came late: what came in time is in the line.
       where exists (select from reconciled_site r join usage_report n on n.msp_id = r.msp_id and n.site_id = r.site_id
         and n.period = r.period and n.received_at > r.reconciled_at
         where r.programme_code = :programme and r.msp_id = g.msp_id and r.site_id = g.site_id and r.period = g.period)
         and g.received_at < ${REACH}
       order by g.site_id, g.installation_id, g.period, g.revision desc),
     known as (
       select site_id, tenant_ref, meter, quantity, period, rank, '' as booked, is_known, is_set from billed
       union all
       select site_id, tenant_ref, meter, quantity, period, 0, booked, is_known, is_set from corrected
       union all
       select l.site_id, u.tenant_ref, u.meter, sum(u.peak)::int, l.period, 2, '', true, false
       from late l cross join lateral unnest(l.tenant_refs, l.meters, l.peaks) as u(tenant_ref, meter, peak)
       -- What its month had no price for is a case, and no month is billed by it.
       where jsonb_exists(l.prices, u.meter)
       group by l.site_id, u.tenant_ref, u.meter, l.period),
     again as (
       select x."siteId" as site_id, x."tenantRef" as tenant_ref, x.meter, x.quantity, x.period, x."isSet" as is_set
       from jsonb_to_recordset(:confirmed::jsonb)
         as x("siteId" uuid, "tenantRef" text, meter text, quantity int, period text, "isSet" boolean)
       where x.period >= :earliest),
     -- Units that licences covered are no part of a quantity by hand: they were used all the same.
     by_hand as (
       select distinct on (l.site_id, l.tenant_ref, l.meter, c.period) l.site_id, l.tenant_ref, l.meter, c.period,
         case when c.quantity = 0 then least(n.peak, n.licensed) else c.quantity + n.licensed end as quantity,
         c.change <> 'waiver' as is_known
       from run_participant p
       join (${QUANTITY_BY_HAND}) c on c.msp_id = p.msp_id and c.programme_code = p.programme_code
         and c.period >= :earliest and c.period < :period
       join statement_line l on l.msp_id = c.msp_id and l.statement_id = c.statement_id and l.line_no = c.line_no
       ${BEFORE('l.site_id')}
       cross join lateral (
         select o.peak, (o.content ->> 'licensed')::int as licensed from statement_line o
         where o.msp_id = c.msp_id and (o.statement_id = c.statement_id and o.line_no = c.line_no
           or o.programme_code = c.programme_code and o.for_period = c.period and o.kind = 'correction'
             and o.site_id = l.site_id and o.meter = l.meter and o.tenant_ref is not distinct from l.tenant_ref)
         order by o.period desc limit 1) n
       where ${sql} and (b.before is null or c.decided_at < b.before)
       order by l.site_id, l.tenant_ref, l.meter, c.period, c.decided_at desc, c.id desc),
     of_months as (
       select distinct on (site_id, tenant_ref, meter, period) * from (
         select * from known where not site_id || ' ' || period = any(:ratedAgain::text[])
         union all
         select site_id, tenant_ref, meter, quantity, period, 0, '', true, is_set from again
         union all
         select site_id, tenant_ref, meter, quantity, period, -1, '', is_known, true from by_hand) k
       order by site_id, tenant_ref, meter, period desc, rank, booked desc),
     by_month as (
       select *, max(period) filter (where is_set) over (partition by site_id, tenant_ref, meter) as set_in from of_months)
     select distinct on (site_id, tenant_ref, meter) site_id as "siteId", tenant_ref as "tenantRef", meter, quantity, period,
       set_in as "setIn"
     from by_month where is_known order by site_id, tenant_ref, meter, period desc`,
    {
      ...bindings,
      earliest: addMonths(selection.period, -LAST_CONFIRMED_PERIODS),
      ratedAgain: [...ratedAgain],
      confirmed: JSON.stringify(confirmed),
      bounds: boundsOf(receivedBefore),
    },
  );
  const known = await withoutReportedNothing(trx, selection, found);
  // Licences of a site are shared in this order, wherever a quantity is known from.
  return known.toSorted((a, b) => compareTexts(a.tenantRef, b.tenantRef) || compareTexts(a.meter, b.meter));
}

/**
 * A month in which every installation of the site reported, in time or late, and none named that tenant and meter, says that
 * it was not used, also where nobody knew of it then. A month that has a line of it says so itself.
 */
async function withoutReportedNothing(
  trx: Trx,
  { programme, period }: RunKey,
  known: (KnownRow & { period: Period })[],
): Promise<KnownRow[]> {
  const before = previousPeriod(period);
  const gaps = known.filter((row) => row.quantity > 0 && row.period < before);
  if (gaps.length === 0) return known;
  const nothing = await rows<UsageOf>(
    trx,
    `select distinct x."siteId", x."tenantRef", x.meter
     from jsonb_to_recordset(:gaps::jsonb) as x("siteId" uuid, "tenantRef" text, meter text, period text)
     join site s on s.id = x."siteId"
     join reconciled_site r on r.programme_code = :programme and r.msp_id = s.msp_id and r.site_id = s.id
       and r.period > x.period and r.period < :period
     where jsonb_array_length(r.facts -> 'installationIds') > 0
       and not exists (select from jsonb_array_elements(r.facts -> 'usage') u
         where u ->> 'meter' = x.meter and u ->> 'tenantRef' is not distinct from x."tenantRef")
       and not exists (select from jsonb_array_elements_text(r.facts -> 'silentInstallationIds') as silent(id)
         where not exists (select from usage_report g where g.msp_id = r.msp_id and g.site_id = r.site_id
           and g.installation_id = silent.id::uuid and g.period = r.period))
       and not exists (select from statement_line l where l.msp_id = r.msp_id and l.programme_code = :programme
         and l.site_id = r.site_id and l.kind = 'correction' and l.for_period = r.period and l.meter = x.meter
         and l.tenant_ref is not distinct from x."tenantRef")`,
    { programme, period, gaps: JSON.stringify(gaps) },
  );
  const none = new Set(nothing.map(usageKey));
  return known.map((row) => (none.has(usageKey(row)) ? { ...row, quantity: 0 } : row));
}

/** What the newest months say: stored, or about to be corrected. */
function newest(
  stored: readonly KnownOfInstallation[],
  corrected: ReadonlyMap<string, KnownOfInstallation>,
): KnownOfInstallation[] {
  const known = new Map(stored.map((row) => [installationKey(row), row]));
  for (const [key, row] of corrected) {
    const before = known.get(key);
    if (before === undefined || row.period >= before.period) known.set(key, row);
  }
  return [...known.values()];
}

/** What months that were rated again say of installations. */
export interface ConfirmedOfInstallations {
  /** By `installationKey`. */
  confirmedOf: ReadonlyMap<string, KnownOfInstallation>;
  /** Sites with their months, `<siteId> <period>`: what was frozen of them no longer counts. */
  ratedAgain: ReadonlySet<string>;
}

/** Site, installation, tenant and meter. */
export function installationKey(row: Omit<KnownOfInstallation, 'quantity' | 'period'>): string {
  return JSON.stringify([row.installationId, usageKey(row)]);
}

/**
 * What each installation of these sites last reported or was last seen to use, the greater of both, by the frozen facts
 * of earlier periods, or by those that were rated again: a line of a statement does not say which installation used what.
 */
export async function lastConfirmedByInstallation(
  trx: Trx,
  { programme, period }: RunKey,
  sites: readonly { mspId: string; siteId: string }[],
  { confirmedOf, ratedAgain }: ConfirmedOfInstallations,
): Promise<KnownOfInstallation[]> {
  if (sites.length === 0) return [];
  const found = await rows<KnownOfInstallation>(
    trx,
    `select distinct on (r.site_id, i ->> 'installationId', u ->> 'tenantRef', u ->> 'meter') r.site_id as "siteId",
       i ->> 'installationId' as "installationId", u ->> 'tenantRef' as "tenantRef", u ->> 'meter' as meter,
       greatest((i ->> 'reported')::int, (i ->> 'observed')::int) as quantity, r.period
     from unnest(:msps::uuid[], :sites::uuid[]) as x(msp_id, site_id)
     join reconciled_site r on r.programme_code = :programme and r.msp_id = x.msp_id and r.site_id = x.site_id
       and r.period >= :earliest and r.period < :period and not r.site_id || ' ' || r.period = any(:ratedAgain::text[])
     cross join jsonb_array_elements(r.facts -> 'usage') u cross join jsonb_array_elements(u -> 'installations') i
     where coalesce(i ->> 'reported', i ->> 'observed') is not null
     order by r.site_id, i ->> 'installationId', u ->> 'tenantRef', u ->> 'meter', r.period desc`,
    {
      programme,
      period,
      earliest: addMonths(period, -LAST_CONFIRMED_PERIODS),
      msps: sites.map(({ mspId }) => mspId),
      sites: sites.map(({ siteId }) => siteId),
      ratedAgain: [...ratedAgain],
    },
  );
  const of = new Set(sites.map(({ siteId }) => siteId));
  const its = new Map([...confirmedOf].filter(([, { siteId }]) => of.has(siteId)));
  return newest(found, its);
}
