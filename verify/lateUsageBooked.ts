import { confirmedBy, knownSites, type Wanted } from './evaluate/facts.js';
import { exact, inWords, rounded, sum, times } from './evaluate/exact.js';
import { frozenSite, keyOf, nameOf, type KnownSite, type StoredFacts } from './evaluate/known.js';
import { lateReports, partKeyOf, type Confirmed, type ConfirmedOf } from './evaluate/lastKnown.js';
import { coveredOnceSettled, leftOf } from './evaluate/licences.js';
import { portfolioOf, type Line, type Month } from './evaluate/portfolio.js';
import { amountOf, productsOf } from './evaluate/price.js';
import { rulesByPeriod, type Rules } from './evaluate/rules.js';
import { findings, settle, type SettledCase } from './evaluate/settle.js';
import { ask, type VerifyContext } from './context.js';
import { correctedBetween, MINIMUM, type ByHand } from './correctedBetween.js';
import { minimumOf } from './linesAndTotals.js';
import { settledCases } from './settledUsage.js';
import type { Head } from './statementBatches.js';

const MSPS_AT_ONCE = 50;

/** The latest statement of each MSP in the programme, or that of the given period. */
const LATEST = `
  select distinct on (msp_id) msp_id, period, issued_at from statement
  where programme_code = :programme and (:period::text is null or period = :period) order by msp_id, period desc`;

/** MSPs that something reached after that statement was issued: their corrections are due in the next one. */
const REACHED_SINCE = `
  with latest as (${LATEST})
  select distinct l.msp_id as "mspId" from latest l join usage_report g on g.msp_id = l.msp_id and g.period < l.period
    and g.received_at >= l.issued_at - interval '1 minute'
  union
  select distinct l.msp_id from latest l join late_check_in c on c.msp_id = l.msp_id and c.period < l.period
    and c.last_received_at >= l.issued_at - interval '1 minute'`;

/** Sites and months of which something was received after their facts were frozen, counted by the messages themselves. */
const REACHED = `
  with frozen as materialized (
    select x."mspId" as msp_id, x.period, x.zone, x."zoneBefore" as zone_before, x.at - interval '30 seconds' as at, x.reach
    from jsonb_to_recordset(:months::jsonb)
      as x("mspId" uuid, period text, zone text, "zoneBefore" text, at timestamptz, reach timestamptz))
  select f.period, g.site_id as "siteId" from frozen f
  join usage_report g on g.msp_id = f.msp_id and g.period = f.period and g.received_at > f.at
    and g.received_at < f.reach
  union
  select f.period, i.site_id from frozen f
  join installation i on i.msp_id = f.msp_id and i.replaced_for_free and i.replaced_at > f.at
  join usage_report g on g.installation_id = i.replaced_by and g.msp_id = i.msp_id and g.site_id = i.site_id
    and g.period = f.period
  union
  select f.period, c.site_id from frozen f
  join check_in c on c.msp_id = f.msp_id and c.received_at > f.at
    and c.received_at < f.reach
    and c.observed_at >= (f.period || '-01')::date - interval '14 days'
    and c.observed_at < (f.period || '-01')::date + interval '45 days'
    and to_char(c.counted_at at time zone f.zone_before, 'YYYY-MM') >= f.period
    and to_char(c.counted_at at time zone f.zone, 'YYYY-MM') <= f.period`;

/** What a person let in although it came too late, up to the instant at which that was found. */
const ADMITTED = `
  select d.site_id as "siteId", d.evidence ->> 'forPeriod' as period, max(d.found_at) as until from discrepancy d
  where d.programme_code = :programme and d.msp_id = any(:msps::uuid[]) and d.kind = 'late_beyond_reach'
    and d.resolved_by = 'person' and d.decision = 'accept_reported' group by 1, 2`;

/** Decisions that are a quantity of their own stand; the others left it to the rules, or to a later month. */
const STANDS = new Set(['accept_reported', 'accept_observed', 'set_quantity', 'waive']);

/** A line of a month as it comes to by what is known. */
interface Rated {
  siteId: string;
  siteName: string;
  tenantRef: string | null;
  tenantName: string | null;
  meter: string;
  value: number;
  basis: string;
  quantity: number;
  counted: number;
  amountMinor: bigint;
}

const order = (a: string | null, b: string | null) => {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
};

function inPrintedOrder(a: Rated, b: Rated): number {
  return (
    order(a.siteName, b.siteName) ||
    order(a.tenantName, b.tenantName) ||
    order(a.tenantRef, b.tenantRef) ||
    order(a.meter, b.meter) ||
    order(a.siteId, b.siteId)
  );
}

interface RatedMonth {
  lines: Rated[];
  minimumMinor: bigint;
}

/** Everything an issued month is rated by. */
interface Frozen {
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

interface BilledFor {
  minor: bigint;
  quantity: number;
  name: string;
}

/** What was billed for each line of a month so far, and up to its minimum. */
function billedFor(lines: readonly Line[]): Map<string, BilledFor> {
  const billed = new Map<string, BilledFor>();
  for (const line of lines) {
    const isMinimum = line.kind === 'minimum' || line.kind === 'minimum_correction';
    const key = isMinimum ? MINIMUM : keyOf(line.siteId, line.tenantRef, line.meter);
    const name = isMinimum ? 'the monthly minimum' : nameOf(line.siteName, line.tenantRef, line.meter);
    const minor = (billed.get(key)?.minor ?? 0n) + line.addsMinor;
    billed.set(key, { minor, quantity: isMinimum ? 0 : line.quantity, name });
  }
  return billed;
}

/**
 * What was billed for a month so far and is not what it comes to. What people waived or counted by hand stands. An amount by hand
 * comes on top, and no less than nothing is left of a line or of the statement: what would be is not taken off. Of the
 * statement, on which line it is not taken off is left open.
 */
function differences(
  { month: { period }, head: { currency } }: Frozen,
  rated: RatedMonth,
  lines: readonly Line[],
  { byHand, licencesMinor }: { byHand: ByHand; licencesMinor: bigint },
): string[] {
  if (byHand.whole) return [];
  const billed = billedFor(lines);
  const before = licencesMinor + sum([...billed.values()].map(({ minor }) => minor)) + byHand.allMinor;
  const problems: string[] = [];
  const compared: { name: string; now: bigint; before: bigint }[] = [];
  const compare = (key: string, name: string, ratedMinor: bigint) => {
    const hand = byHand.amounts.get(key) ?? 0n;
    const now = ratedMinor + hand < 0n ? -hand : ratedMinor;
    compared.push({ name, now, before: billed.get(key)?.minor ?? 0n });
    billed.delete(key);
  };
  for (const key of byHand.stands) billed.delete(key);
  for (const line of rated.lines) {
    const key = keyOf(line.siteId, line.tenantRef, line.meter);
    if (byHand.stands.has(key)) continue;
    const name = nameOf(line.siteName, line.tenantRef, line.meter);
    const units = billed.get(key)?.quantity ?? 0;
    if (units !== line.quantity) {
      problems.push(
        `${period}: ${name}: ${line.quantity} units by what was known before the latest statement, billed are ${units}`,
      );
    }
    compare(key, name, line.amountMinor);
  }
  if (!byHand.stands.has(MINIMUM)) compare(MINIMUM, 'the monthly minimum', rated.minimumMinor);
  for (const [key, { name }] of billed) compare(key, name, 0n);
  // What is left of the statement, had all of it been taken off.
  const left = before - sum(compared.map((one) => one.before - one.now));
  let open = left < 0n ? -left : 0n;
  for (const one of compared) {
    const more = one.before - one.now;
    if (more >= 0n && more <= open) {
      open -= more;
      continue;
    }
    const allowed = more > 0n ? open : 0n;
    open -= allowed;
    problems.push(
      `${period}: ${one.name}: ${inWords(one.now + allowed, currency)} by what was known before the latest statement, billed are ${inWords(one.before, currency)}`,
    );
  }
  if (open > 0n)
    problems.push(`${period}: ${inWords(open, currency)} more was taken off than was left of the statement`);
  return problems;
}

const monthKey = (mspId: string, period: string) => `${mspId} ${period}`;

/** The months of these MSPs before `before` that later knowledge may have reached, oldest first, checked one after the other. */
async function problemsBefore(
  context: VerifyContext,
  before: string,
  msps: readonly string[],
  rulesOf: (period: string) => Rules,
): Promise<string[]> {
  const portfolio = await portfolioOf(context, msps, before);
  const latest = new Map(
    portfolio.months.flatMap(({ mspId, period, statement }) =>
      period === before && statement !== null ? [[mspId, statement.issuedAt] as const] : [],
    ),
  );
  const earlier = portfolio.months.filter(({ period, statement }) => period < before && statement !== null);
  const reached = await ask<{ period: string; siteId: string }>(context, REACHED, {
    months: JSON.stringify(
      earlier.map(({ mspId, period, zone, zoneBefore, frozenAt, openedAt, reach }) => ({
        ...{ mspId, period, zone, zoneBefore, reach },
        at: frozenAt ?? openedAt,
      })),
    ),
  });
  const deferred = portfolio.lines.filter(({ kind, basis }) => kind === 'usage' && basis === 'deferred');
  const admitted = await ask<{ siteId: string; period: string; until: Date }>(context, ADMITTED, { msps: [...msps] });
  const again = new Set([...reached, ...deferred, ...admitted].map(({ siteId, period }) => `${siteId} ${period}`));
  if (again.size === 0) return [];
  const until = new Map(admitted.map((one) => [`${one.siteId} ${one.period}`, one.until]));
  const knowledge = { portfolio, late: await lateReports(context, portfolio) };
  const cases = await settledCases(context, earlier);
  const by = await correctedBetween(context, msps);
  const names = await ask<{ id: string; name: string }>(
    context,
    'select id, name from tenant where msp_id = any(:msps::uuid[])',
    { msps: [...msps] },
  );
  const confirmed = new Map<string, Confirmed>();
  const confirmedOf = new Map<string, ConfirmedOf>();
  const ratedAgain = new Set<string>();
  const changed = new Set<string>();
  const problems: string[] = [];
  for (const period of [...new Set(earlier.map((month) => month.period))].sort()) {
    const months = earlier.filter((month) => month.period === period);
    const facts = await frozenFacts(context, months);
    const heads = await headsOf(context, months);
    const work = months.flatMap((month) => {
      const frozen = facts.get(month.mspId) ?? [];
      const its = portfolio.sites.filter(({ mspId, siteId, fromPeriod }) => {
        if (mspId !== month.mspId || fromPeriod > period) return false;
        const wasSilent = frozen.some((site) => site.siteId === siteId && site.silent.length > 0);
        return again.has(`${siteId} ${period}`) || (wasSilent && changed.has(siteId));
      });
      return its.length === 0 ? [] : [{ month, frozen, its }];
    });
    const wanted = work.flatMap(({ month, its }) =>
      its.map((site): Wanted => {
        const letIn = until.get(`${site.siteId} ${period}`);
        const bound = letIn !== undefined && letIn >= month.reach ? new Date(letIn.getTime() + 1) : month.reach;
        return { month, site, before: bound, asOf: latest.get(month.mspId) ?? month.reach, bookedBefore: before };
      }),
    );
    const known = await knownSites(context, knowledge, wanted, { confirmed, confirmedOf, months: ratedAgain });
    for (const { month, frozen, its } of work) {
      const head = heads.get(month.mspId);
      if (head === undefined) continue;
      const ids = new Set(its.map(({ siteId }) => siteId));
      const namesThen = new Map(frozen.map(({ siteId, siteName }) => [siteId, siteName]));
      const now = known
        .filter(({ siteId }) => ids.has(siteId))
        .map((site) => ({ ...site, siteName: namesThen.get(site.siteId) ?? site.siteName }));
      const lines = portfolio.lines.filter(({ mspId, forPeriod }) => mspId === month.mspId && forPeriod === period);
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
      const asOf = latest.get(month.mspId) ?? month.reach;
      const licencesMinor = by.licencesMinor(month.mspId, period);
      const found = by
        .byHand(month.mspId, period, asOf)
        .map((byHand) => differences(own, rated, lines, { byHand, licencesMinor }));
      if (found.every((each) => each.length > 0)) problems.push(...(found[0] ?? []));
      const there = new Set(rated.lines.map((one) => keyOf(one.siteId, one.tenantRef, one.meter)));
      const nothing = lines
        .filter(({ siteId, tenantRef, meter }) => ids.has(siteId) && !there.has(keyOf(siteId, tenantRef, meter)))
        .map(({ siteId, tenantRef, meter }) => ({ siteId, tenantRef, meter, value: 0, basis: 'reported' }));
      const learnt = confirmedBy(period, now, [...rated.lines.filter(({ siteId }) => ids.has(siteId)), ...nothing]);
      for (const one of learnt.confirmed) confirmed.set(keyOf(one.siteId, one.tenantRef, one.meter), one);
      for (const one of learnt.confirmedOf) confirmedOf.set(partKeyOf(one), one);
      for (const { siteId } of its) {
        changed.add(siteId);
        ratedAgain.add(`${siteId} ${period}`);
      }
    }
  }
  return problems;
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

/**
 * What came late or was deferred that the latest statement should have booked and did not, or booked otherwise (rules 4, 5
 * and 7): every month that anything reached after it was frozen is worked out anew from all that was received in time, and
 * compared with what was billed for it in all.
 */
export async function lateUsageProblems(context: VerifyContext): Promise<string[]> {
  const rulesOf = await rulesByPeriod(context);
  const since = new Set((await ask<{ mspId: string }>(context, REACHED_SINCE)).map(({ mspId }) => mspId));
  const latest = await ask<{ mspId: string; period: string }>(
    context,
    `with latest as (${LATEST}) select msp_id as "mspId", period from latest order by period, msp_id`,
  );
  const problems: string[] = [];
  for (const period of new Set(latest.map((one) => one.period))) {
    const msps = latest.flatMap((one) => (one.period === period && !since.has(one.mspId) ? [one.mspId] : []));
    for (let from = 0; from < msps.length; from += MSPS_AT_ONCE) {
      problems.push(...(await problemsBefore(context, period, msps.slice(from, from + MSPS_AT_ONCE), rulesOf)));
    }
  }
  return problems;
}
