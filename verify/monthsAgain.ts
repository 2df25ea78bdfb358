/**
 * Issued months that came to something else later (rules 4, 5 and 7), worked out anew from what was received in time: what a
 * statement corrects, and what the estimates of its own month go by.
 */
import { confirmedBy, knownSites, type Knowledge, type RatedAgain, type Wanted } from './evaluate/facts.js';
import { exact, rounded, sum, times } from './evaluate/exact.js';
import { frozenSite, keyOf, type KnownSite, type StoredFacts } from './evaluate/known.js';
import { partKeyOf, type ConfirmedBy, type ConfirmedOf } from './evaluate/lastKnown.js';
import { coveredOnceSettled, leftOf } from './evaluate/licences.js';
import type { Line, Month } from './evaluate/portfolio.js';
import { amountOf, productsOf } from './evaluate/price.js';
import { inPrintedOrder, type Placed } from './evaluate/printedOrder.js';
import type { Rules } from './evaluate/rules.js';
import { findings, settle, type SettledCase } from './evaluate/settle.js';
import { ask, type VerifyContext } from './context.js';
import { usageKept } from './kept.js';
import { minimumOf } from './linesAndTotals.js';
import { settledCases } from './settledUsage.js';
import type { Head } from './statementBatches.js';

/** Sites and months that something reached after their facts were frozen, and since when: found by the messages themselves. */
const REACHED = `
  with frozen as materialized (
    select x."mspId" as msp_id, x.period, x.zone, x."zoneBefore" as zone_before, x.at - interval '30 seconds' as at, x.reach
    from jsonb_to_recordset(:months::jsonb)
      as x("mspId" uuid, period text, zone text, "zoneBefore" text, at timestamptz, reach timestamptz))
  select f.period, g.site_id as "siteId", min(g.received_at) as since from frozen f
  join usage_report g on g.msp_id = f.msp_id and g.period = f.period and g.received_at > f.at
    and g.received_at < f.reach
  group by 1, 2
  union all
  select f.period, i.site_id, greatest(i.replaced_at, g.received_at) from frozen f
  join installation i on i.msp_id = f.msp_id and i.replaced_for_free and i.replaced_at > f.at
  join usage_report g on g.installation_id = i.replaced_by and g.msp_id = i.msp_id and g.site_id = i.site_id
    and g.period = f.period
  union all
  select f.period, i.site_id, k.said from frozen f
  join (select msp_id, id, ended_how, ended_at, end_noted_at as said from metered_key
    union all
    select msp_id, metered_key_id, ended_how, ended_at, noted_at from former_end) k
    on k.msp_id = f.msp_id and k.ended_how = 'revoked' and k.said > f.at and k.said < f.reach
    and to_char(k.ended_at at time zone f.zone, 'YYYY-MM') <= f.period
  join installation i on i.msp_id = k.msp_id and (i.metered_key_id = k.id or exists (select from former_key o
    where o.msp_id = k.msp_id and o.metered_key_id = k.id and o.installation_id = i.id and o.site_id = i.site_id
      and o.until_at > k.ended_at))
  union all
  select f.period, c.site_id, min(c.received_at) from frozen f
  join check_in c on c.msp_id = f.msp_id and c.received_at > f.at
    and c.received_at < f.reach
    and c.observed_at >= (f.period || '-01')::date - interval '14 days'
    and c.observed_at < (f.period || '-01')::date + interval '45 days'
    and to_char(c.counted_at at time zone f.zone_before, 'YYYY-MM') >= f.period
    and to_char(c.counted_at at time zone f.zone, 'YYYY-MM') <= f.period
  group by 1, 2`;

/** What a person let in although it came too late, up to the instant at which that was found, and when it was decided. */
const ADMITTED = `
  select d.site_id as "siteId", d.evidence ->> 'forPeriod' as period, max(d.found_at) as until, min(d.resolved_at) as since
  from discrepancy d
  where d.programme_code = :programme and d.msp_id = any(:msps::uuid[]) and d.kind = 'late_beyond_reach'
    and d.resolved_by = 'person' and d.decision = 'accept_reported' group by 1, 2`;

/** Decisions that are a quantity of their own stand; the others left it to the rules, or to a later month. */
const STANDS = new Set(['accept_reported', 'accept_observed', 'set_quantity', 'waive']);

/** A line of a month as it comes to by what is known. */
export interface Rated extends Placed {
  value: number;
  basis: string;
  quantity: number;
  counted: number;
  amountMinor: bigint;
}

export interface RatedMonth {
  lines: Rated[];
  minimumMinor: bigint;
}

/** Everything an issued month is rated by. */
export interface Frozen {
  month: Month;
  head: Head;
  rules: Rules;
  /** Decisions of persons that stand. */
  decided: SettledCase[];
  tenantNames: ReadonlyMap<string, string>;
}

/** Rates a whole month by its own list, rate, licences and minimum. */
function rateMonth(sites: readonly KnownSite[], { head, rules, decided, tenantNames }: Frozen): RatedMonth {
  const { pricePlan, exchange, currency } = head;
  const lines = sites.flatMap((site) => {
    const cases = [...findings(site, rules), ...decided.filter(({ siteId }) => siteId === site.siteId)];
    const covered = coveredOnceSettled(site.usages, (usage) => settle(site, usage, cases, rules).value);
    return covered.flatMap((usage): Rated[] => {
      if (pricePlan.prices[usage.meter] === undefined) return [];
      const { value, basis } = settle(site, usage, cases, rules);
      const { quantity } = leftOf(value, usage);
      const { tenantId, tenantRef, meter } = usage;
      const tenantName = tenantId === null ? null : (tenantNames.get(tenantId) ?? tenantRef);
      const counted = site.firstMonth && pricePlan.firstMonth === 'unbilled' ? 0 : quantity;
      const { siteId, siteName } = site;
      return [{ siteId, siteName, tenantRef, tenantName, meter, value, basis, quantity, counted, amountMinor: 0n }];
    });
  });
  lines.sort(inPrintedOrder);
  for (const meter of new Set(lines.map((line) => line.meter))) {
    const its = lines.filter((line) => line.meter === meter);
    const price = pricePlan.prices[meter];
    const total = its.reduce((units, { counted }) => units + counted, 0);
    let before = 0;
    for (const line of its) {
      const products = price === undefined ? [] : (productsOf(price, { before, units: line.counted, total }) ?? []);
      line.amountMinor = rounded(times(amountOf(products), exact(exchange?.rate ?? 1)), currency);
      before += line.counted;
    }
  }
  const missing = (minimumOf(pricePlan, exchange, currency) ?? 0n) - sum(lines.map(({ amountMinor }) => amountMinor));
  return { lines, minimumMinor: missing > 0n ? missing : 0n };
}

const monthKey = (mspId: string, period: string) => `${mspId} ${period}`;

/** What reached the issued months of some MSPs, asked once. */
export interface Reached {
  /** By site and month, `<site> <month>`: since when. */
  since: ReadonlyMap<string, Date>;
  /** What a person let in: up to when it was received, and since when it counts. */
  admitted: ReadonlyMap<string, { until: Date; since: Date }>;
}

/** Everything that reached issued months of these MSPs. */
export async function reachedOf(
  context: VerifyContext,
  { portfolio: { months, lines, byHand } }: Knowledge,
  msps: readonly string[],
): Promise<Reached> {
  // A month whose usage has gone (rule 15) is rated again no more.
  const gone = await ask<{ period: string }>(
    context,
    `select r.period from billing_run r where r.programme_code = :programme and not ${usageKept('r')}`,
  );
  const notKept = new Set(gone.map(({ period }) => period));
  const issued = months.filter(({ period, statement }) => statement !== null && !notKept.has(period));
  const reached = await ask<{ period: string; siteId: string; since: Date }>(context, REACHED, {
    months: JSON.stringify(
      issued.map(({ mspId, period, zone, zoneBefore, frozenAt, openedAt, reach }) => ({
        ...{ mspId, period, zone, zoneBefore, reach },
        at: frozenAt ?? openedAt,
      })),
    ),
  });
  const deferred = lines.flatMap(({ kind, basis, siteId, period, issuedAt }) =>
    kind === 'usage' && basis === 'deferred' ? [{ siteId, period, since: issuedAt }] : [],
  );
  // What an estimate went by, or may have, once two people said otherwise of an earlier month.
  const setSince = issued.flatMap(({ mspId, period, frozenAt, openedAt, reach }) => {
    const from = (frozenAt ?? openedAt).getTime() - 30_000;
    return byHand.flatMap(({ mspId: of, siteId, period: month, decidedAt }) =>
      of === mspId && month < period && decidedAt.getTime() > from && decidedAt < reach
        ? [{ siteId, period, since: decidedAt }]
        : [],
    );
  });
  const admitted = await ask<{ siteId: string; period: string; until: Date; since: Date }>(context, ADMITTED, {
    msps: [...msps],
  });
  const since = new Map<string, Date>();
  for (const one of [...reached, ...deferred, ...setSince, ...admitted]) {
    if (notKept.has(one.period)) continue;
    const key = `${one.siteId} ${one.period}`;
    const before = since.get(key);
    if (before === undefined || one.since < before) since.set(key, one.since);
  }
  return { since, admitted: new Map(admitted.map((one) => [`${one.siteId} ${one.period}`, one])) };
}

/** A month as it comes to by what is known, and its lines so far. */
export interface MonthAgain {
  frozen: Frozen;
  rated: RatedMonth;
  lines: Line[];
}

/** Rule 3: whether a large first month is left unbilled, so that it matters whether an earlier one was. */
const billsNoFirstMonth = ({ kinds, defaults }: Rules) =>
  kinds.includes('first_month_large') && defaults['first_month_large'] === 'not_billed';

/** From where it is looked back: the month before which, and of each MSP the instant up to which something was known. */
export interface LookingBack {
  before: string;
  asOf: ReadonlyMap<string, Date>;
}

/** The issued months of the MSPs before a month that something had reached by then, oldest first, each by what those before it say. */
export async function monthsAgain(
  context: VerifyContext,
  knowledge: Knowledge,
  { since, admitted }: Reached,
  { before, asOf }: LookingBack,
  rulesOf: (period: string) => Rules,
): Promise<{ months: MonthAgain[]; known: RatedAgain }> {
  const { portfolio } = knowledge;
  const again: MonthAgain[] = [];
  const confirmed: ConfirmedBy[] = [];
  const confirmedOf = new Map<string, ConfirmedOf>();
  const ratedAgain = new Set<string>();
  const known = { confirmed, confirmedOf, months: ratedAgain };
  const isThere = (mspId: string, at: Date) => at <= (asOf.get(mspId) ?? new Date(0));
  const mspOf = new Map(portfolio.sites.map(({ siteId, mspId }) => [siteId, mspId]));
  const reached = new Set(
    [...since].flatMap(([key, at]) => (isThere(mspOf.get(key.split(' ')[0] ?? '') ?? '', at) ? [key] : [])),
  );
  const earlier = portfolio.months.filter(
    ({ mspId, period, statement }) => period < before && statement !== null && isThere(mspId, statement.issuedAt),
  );
  const msps = new Set(
    earlier.flatMap(({ mspId, period }) =>
      portfolio.sites.some((site) => site.mspId === mspId && reached.has(`${site.siteId} ${period}`)) ? [mspId] : [],
    ),
  );
  const looked = earlier.filter(({ mspId }) => msps.has(mspId));
  if (looked.length === 0) return { months: again, known };
  const cases = await settledCases(context, looked);
  const names = await ask<{ id: string; name: string }>(
    context,
    'select id, name from tenant where msp_id = any(:msps::uuid[])',
    { msps: [...msps] },
  );
  const changed = new Set<string>();
  for (const period of [...new Set(looked.map((month) => month.period))].sort()) {
    const months = looked.filter((month) => month.period === period);
    const facts = await frozenFacts(context, months);
    const heads = await headsOf(context, months);
    const work = months.flatMap((month) => {
      const frozen = facts.get(month.mspId) ?? [];
      const its = portfolio.sites.filter(({ mspId, siteId, fromPeriod }) => {
        if (mspId !== month.mspId || fromPeriod > period) return false;
        const goesByLast = frozen.some(
          (site) =>
            site.siteId === siteId && (site.silent.length > 0 || site.firstMonth || billsNoFirstMonth(rulesOf(period))),
        );
        return reached.has(`${siteId} ${period}`) || (goesByLast && changed.has(siteId));
      });
      return its.length === 0 ? [] : [{ month, frozen, its }];
    });
    const wanted = work.flatMap(({ month, its }) =>
      its.map((site): Wanted => {
        const known = asOf.get(month.mspId) ?? month.reach;
        const letIn = admitted.get(`${site.siteId} ${period}`);
        const isLetIn = letIn !== undefined && letIn.since <= known && letIn.until >= month.reach;
        const bound = isLetIn ? letIn.until : new Date(month.reach.getTime() - 1);
        const heard = new Date(Math.min(bound.getTime(), known.getTime()) + 1);
        return { month, site, before: heard, asOf: known, bookedBefore: before };
      }),
    );
    const sites = await knownSites(context, knowledge, wanted, known);
    for (const { month, frozen, its } of work) {
      const head = heads.get(month.mspId);
      if (head === undefined) continue;
      const ids = new Set(its.map(({ siteId }) => siteId));
      const namesThen = new Map(frozen.map(({ siteId, siteName }) => [siteId, siteName]));
      const now = sites
        .filter(({ siteId }) => ids.has(siteId))
        .map((site) => ({ ...site, siteName: namesThen.get(site.siteId) ?? site.siteName }));
      const lines = portfolio.lines.filter(
        (line) => line.mspId === month.mspId && line.forPeriod === period && isThere(line.mspId, line.issuedAt),
      );
      const printed = lines.flatMap(({ tenantId, tenantName }): [string, string][] =>
        tenantId === null || tenantName === null ? [] : [[tenantId, tenantName]],
      );
      const own: Frozen = {
        ...{ month, head, rules: rulesOf(period) },
        decided: (cases.get(monthKey(month.mspId, period)) ?? []).filter(
          ({ decided }) => decided !== null && STANDS.has(decided.decision),
        ),
        tenantNames: new Map([...names.map(({ id, name }): [string, string] => [id, name]), ...printed]),
      };
      const rated = rateMonth([...frozen.filter(({ siteId }) => !ids.has(siteId)), ...now], own);
      again.push({ frozen: own, rated, lines });
      const there = new Set(rated.lines.map((one) => keyOf(one.siteId, one.tenantRef, one.meter)));
      const nothing = lines
        .filter(({ siteId, tenantRef, meter }) => ids.has(siteId) && !there.has(keyOf(siteId, tenantRef, meter)))
        .map(({ siteId, tenantRef, meter }) => ({ siteId, tenantRef, meter, value: 0, basis: 'reported' }));
      const learnt = confirmedBy(period, now, [...rated.lines.filter(({ siteId }) => ids.has(siteId)), ...nothing]);
      confirmed.push(...learnt.confirmed);
      for (const one of learnt.confirmedOf) confirmedOf.set(partKeyOf(one), one);
      for (const { siteId } of its) {
        changed.add(siteId);
        ratedAgain.add(`${siteId} ${period}`);
      }
    }
  }
  return { months: again, known };
}

async function frozenFacts(context: VerifyContext, months: readonly Month[]): Promise<Map<string, KnownSite[]>> {
  const stored = await ask<{ mspId: string; facts: StoredFacts }>(
    context,
    `select msp_id as "mspId", facts from reconciled_site
     where programme_code = :programme and period = :month and msp_id = any(:msps::uuid[])`,
    { month: months[0]?.period ?? '', msps: months.map(({ mspId }) => mspId) },
  );
  const facts = new Map<string, KnownSite[]>();
  for (const { mspId, facts: site } of stored) facts.set(mspId, [...(facts.get(mspId) ?? []), frozenSite(site)]);
  return facts;
}

async function headsOf(context: VerifyContext, months: readonly Month[]): Promise<Map<string, Head>> {
  const stored = await ask<{ mspId: string; head: Head }>(
    context,
    `select msp_id as "mspId", content as head from statement where id = any(:ids::uuid[])`,
    { ids: months.flatMap(({ statement }) => (statement === null ? [] : [statement.id])) },
  );
  return new Map(stored.map(({ mspId, head }) => [mspId, head]));
}
