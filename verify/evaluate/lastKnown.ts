/** Rule 4: what a silent site, tenant and meter was last known to use. */
import { ask, type VerifyContext } from '../context.js';
import { monthLater } from './calendar.js';
import { keyOf } from './known.js';
import type { Line, Portfolio, SetByHand } from './portfolio.js';

const MONTHS_BACK = 6;

export interface Confirmed {
  siteId: string;
  tenantRef: string | null;
  meter: string;
  quantity: number;
  period: string;
}

/** What a month confirmed, and whether a person set it. */
export interface ConfirmedBy extends Confirmed {
  byPerson: boolean;
}

/** What a site was last known to use, and the newest month of which people said what it comes to. */
export interface Last extends Confirmed {
  setIn: string | null;
}

export interface ConfirmedOf extends Confirmed {
  installation: string;
}

/** The key of an installation's tenant and meter. */
export const partKeyOf = (one: Omit<ConfirmedOf, 'quantity' | 'period'>) =>
  `${one.installation} ${keyOf(one.siteId, one.tenantRef, one.meter)}`;

/** A report of a month in which one came after the facts of its site were frozen. */
export interface LateReport {
  siteId: string;
  installation: string;
  period: string;
  revision: number;
  receivedAt: Date;
  frozenAt: Date;
  /** Rule 7: too late for its month from then on. */
  reach: Date;
  /** Meters that its month had a price for. */
  priced: string[];
  tenantRefs: (string | null)[];
  meters: string[];
  peaks: number[];
}

export async function lateReports(
  context: VerifyContext,
  { months }: Pick<Portfolio, 'months'>,
): Promise<LateReport[]> {
  const msps = [...new Set(months.map(({ mspId }) => mspId))];
  const reaches = new Map(months.map(({ mspId, period, reach }) => [`${mspId} ${period}`, reach]));
  const found = await ask<Omit<LateReport, 'reach'> & { mspId: string }>(
    context,
    `select g.msp_id as "mspId", g.site_id as "siteId", g.installation_id as installation, g.period, g.revision, g.received_at as "receivedAt",
       r.reconciled_at as "frozenAt",
       coalesce((select array_agg(k) from statement t, jsonb_object_keys(t.content -> 'pricePlan' -> 'prices') k
         where t.programme_code = r.programme_code and t.msp_id = r.msp_id and t.period = r.period and t.revision = 1), '{}') as priced,
       g.tenant_refs as "tenantRefs", g.meters, g.peaks
     from reconciled_site r join usage_report g on g.msp_id = r.msp_id and g.site_id = r.site_id and g.period = r.period
     where r.programme_code = :programme and r.msp_id = any(:msps::uuid[]) and exists (select from usage_report n
       where n.msp_id = r.msp_id and n.site_id = r.site_id and n.period = r.period and n.received_at > r.reconciled_at)
     order by g.revision`,
    { msps },
  );
  return found.flatMap(({ mspId, ...report }) => {
    const reach = reaches.get(`${mspId} ${report.period}`);
    return reach === undefined ? [] : [{ ...report, reach }];
  });
}

const WITHOUT = `
  select o."siteId", o."tenantRef", o.meter
  from jsonb_to_recordset(:old::jsonb) as o("siteId" uuid, "asOf" timestamptz, "bookedBefore" text, "tenantRef" text,
    meter text, since text)
  join reconciled_site f on f.programme_code = :programme and f.site_id = o."siteId" and f.period > o.since
    and f.period < :period and f.reconciled_at <= o."asOf" and f.facts -> 'installationIds' <> '[]'
  where not jsonb_path_exists(f.facts, '$.usage[*] ? (@.meter == $m && @.tenantRef == $t)',
      jsonb_build_object('m', o.meter, 't', o."tenantRef"))
    and (select count(*) from jsonb_array_elements_text(f.facts -> 'silentInstallationIds') i) = (
      select count(distinct g.installation_id) from usage_report g where g.msp_id = f.msp_id and g.site_id = f.site_id
        and g.period = f.period and g.received_at <= o."asOf"
        and f.facts -> 'silentInstallationIds' @> to_jsonb(g.installation_id::text))
    and not exists (select from statement_line l join statement t on t.msp_id = l.msp_id and t.id = l.statement_id
      where l.msp_id = f.msp_id and l.programme_code = :programme and l.kind = 'correction' and l.for_period = f.period
        and l.site_id = f.site_id and l.meter = o.meter and l.tenant_ref is not distinct from o."tenantRef"
        and l.period < o."bookedBefore" and t.issued_at <= o."asOf")
  group by 1, 2, 3`;

interface Candidate extends ConfirmedBy {
  rank: number;
  booked: string;
  /** The month was waived or deferred after all: it confirms nothing, whatever else says of it. */
  none: boolean;
}

function ofReports(reports: readonly LateReport[], asOf: Date): Candidate[] {
  const there = reports.filter(({ receivedAt }) => receivedAt <= asOf);
  const months = new Set(
    there.flatMap(({ siteId, period, receivedAt, frozenAt }) => (receivedAt > frozenAt ? [`${siteId} ${period}`] : [])),
  );
  // Of each installation the latest revision, which comes last.
  const latest = new Map<string, LateReport>();
  for (const one of there) latest.set(`${one.siteId} ${one.installation} ${one.period}`, one);
  const sums = new Map<string, Candidate>();
  for (const { siteId, period, priced, tenantRefs, meters, peaks } of latest.values()) {
    if (!months.has(`${siteId} ${period}`)) continue;
    meters.forEach((meter, index) => {
      if (!priced.includes(meter)) return;
      const tenantRef = tenantRefs[index] ?? null;
      const key = `${keyOf(siteId, tenantRef, meter)} ${period}`;
      const before = sums.get(key)?.quantity ?? 0;
      sums.set(key, {
        ...{ siteId, tenantRef, meter, period, rank: 2, booked: '', none: false, byPerson: false },
        quantity: before + (peaks[index] ?? 0),
      });
    });
  }
  return [...sums.values()];
}

/** What people said of a month by hand, until then: the last word counts. What licences had covered was used as well. */
function ofHands(byHand: readonly SetByHand[], lines: readonly Line[]): Candidate[] {
  const last = new Map<string, SetByHand>();
  for (const one of byHand) last.set(`${keyOf(one.siteId, one.tenantRef, one.meter)} ${one.period}`, one);
  return [...last.values()].map(({ siteId, tenantRef, meter, period, units }) => {
    const line = lines.findLast(
      (one) => one.forPeriod === period && one.tenantRef === tenantRef && one.meter === meter && one.siteId === siteId,
    );
    const { peak, licensed } = line ?? { peak: 0, licensed: 0 };
    const quantity = units === 0 ? Math.min(peak, licensed) : (units ?? 0) + licensed;
    const none = units === null;
    return { siteId, tenantRef, meter, period, quantity, rank: -1, booked: '', none, byPerson: true };
  });
}

/** Of two of one month. */
function precedes(a: Candidate, b: Candidate): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.booked > b.booked;
}

/**
 * By site: what each tenant and meter was last known to use before the month, by statements issued up to an instant and of
 * earlier months than `bookedBefore`, and by what people set or waived by hand: of each month the last of `byHand`.
 */
export function lastKnown(
  { lines, late, byHand }: { lines: readonly Line[]; late: readonly LateReport[]; byHand: readonly SetByHand[] },
  {
    period,
    asOf,
    bookedBefore,
    confirmed,
    ratedAgain,
  }: Pick<LastOfSite, 'asOf' | 'bookedBefore'> & {
    period: string;
    confirmed: readonly ConfirmedBy[];
    /** Months that `confirmed` speaks of: `<site> <month>`. */
    ratedAgain: ReadonlySet<string>;
  },
): Map<string, Last[]> {
  const earliest = monthLater(period, -MONTHS_BACK);
  const isWithin = (month: string) => month >= earliest && month < period;
  const candidates = lines.flatMap((line): Candidate[] => {
    const { kind, forPeriod, issuedAt, siteId, tenantRef, meter, basis, peak } = line;
    if ((kind !== 'usage' && kind !== 'correction') || !isWithin(forPeriod)) return [];
    if (issuedAt > asOf || line.period >= bookedBefore) return [];
    const isEstimate = basis === 'estimated';
    if (isEstimate && peak === 0) return [];
    const none = basis === 'waived' || basis === 'deferred';
    const rank = kind === 'correction' ? 0 : isEstimate ? 3 : 1;
    const booked = kind === 'correction' ? line.period : '';
    const byPerson = basis === 'decided';
    return [{ siteId, tenantRef, meter, quantity: peak, period: forPeriod, rank, booked, none, byPerson }];
  });
  const estimated = new Set(candidates.flatMap(({ rank, siteId }) => (rank === 3 ? [siteId] : [])));
  const reports = late.filter(
    ({ siteId, period: month, receivedAt, reach }) => estimated.has(siteId) && isWithin(month) && receivedAt < reach,
  );
  const ofMonths = new Map<string, Candidate>();
  const stored = [...candidates, ...ofReports(reports, asOf)].filter(
    (one) => !ratedAgain.has(`${one.siteId} ${one.period}`),
  );
  const again = confirmed.map((one): Candidate => ({ ...one, rank: 0, booked: '', none: false }));
  for (const one of [...stored, ...again, ...ofHands(byHand, lines)]) {
    if (!isWithin(one.period)) continue;
    const key = `${keyOf(one.siteId, one.tenantRef, one.meter)} ${one.period}`;
    const found = ofMonths.get(key);
    if (found === undefined || precedes(one, found)) ofMonths.set(key, one);
  }
  const newest = new Map<string, Candidate>();
  const setIn = new Map<string, string>();
  for (const one of ofMonths.values()) {
    const key = keyOf(one.siteId, one.tenantRef, one.meter);
    const found = newest.get(key);
    if (!one.none && (found === undefined || one.period > found.period)) newest.set(key, one);
    if (one.byPerson && one.period > (setIn.get(key) ?? '')) setIn.set(key, one.period);
  }
  return bySite([...newest].map(([key, one]) => ({ ...one, setIn: setIn.get(key) ?? null })));
}

/** What is last known of a site, as far as an instant and the month that is closed see. */
export interface LastOfSite {
  siteId: string;
  asOf: Date;
  bookedBefore: string;
  last: readonly Last[];
}

/**
 * The same by site, nothing where a later month was frozen without that tenant and meter and each of its installations has
 * reported it by then.
 */
export async function unlessReportedWithout(
  context: VerifyContext,
  period: string,
  sites: readonly LastOfSite[],
): Promise<Map<string, Last[]>> {
  const old = sites.flatMap(({ siteId, asOf, bookedBefore, last }) =>
    last.flatMap((one) =>
      one.quantity > 0 && one.period < monthLater(period, -1)
        ? [{ siteId, asOf, bookedBefore, tenantRef: one.tenantRef, meter: one.meter, since: one.period }]
        : [],
    ),
  );
  const without = old.length === 0 ? [] : await ask<Confirmed>(context, WITHOUT, { old: JSON.stringify(old), period });
  const none = new Set(without.map((one) => keyOf(one.siteId, one.tenantRef, one.meter)));
  return new Map(
    sites.map(({ siteId, last }) => [
      siteId,
      last.map((one) => (none.has(keyOf(siteId, one.tenantRef, one.meter)) ? { ...one, quantity: 0 } : one)),
    ]),
  );
}

export function bySite<T extends { siteId: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.siteId);
    if (group === undefined) groups.set(row.siteId, [row]);
    else group.push(row);
  }
  return groups;
}

/** What each installation of these sites was last known to use, by facts frozen before the month, or rated again since. */
export async function lastKnownOfInstallations(
  context: VerifyContext,
  siteIds: readonly string[],
  {
    period,
    asOf,
    confirmedOf,
    ratedAgain,
  }: {
    period: string;
    asOf: Date;
    confirmedOf: ReadonlyMap<string, ConfirmedOf>;
    ratedAgain: ReadonlySet<string>;
  },
): Promise<Map<string, ConfirmedOf[]>> {
  if (siteIds.length === 0) return new Map();
  const stored = await ask<ConfirmedOf>(
    context,
    `select r.site_id as "siteId", part ->> 'installationId' as installation, u ->> 'tenantRef' as "tenantRef",
       u ->> 'meter' as meter, greatest((part ->> 'reported')::int, (part ->> 'observed')::int) as quantity, r.period
     from reconciled_site r
     cross join lateral jsonb_array_elements(r.facts -> 'usage') u
     cross join lateral jsonb_array_elements(u -> 'installations') part
     where r.programme_code = :programme and r.site_id = any(:sites::uuid[]) and r.period >= :earliest and r.period < :month
       and r.reconciled_at <= :asOf::timestamptz
       and greatest((part ->> 'reported')::int, (part ->> 'observed')::int) is not null
     order by r.period`,
    { sites: [...siteIds], earliest: monthLater(period, -MONTHS_BACK), month: period, asOf },
  );
  const newest = new Map<string, ConfirmedOf>();
  for (const one of stored) {
    if (!ratedAgain.has(`${one.siteId} ${one.period}`)) newest.set(partKeyOf(one), one);
  }
  const asked = new Set(siteIds);
  for (const [key, one] of confirmedOf) {
    const found = newest.get(key);
    if (asked.has(one.siteId) && (found === undefined || one.period >= found.period)) newest.set(key, one);
  }
  return bySite([...newest.values()]);
}
