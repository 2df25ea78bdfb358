import { knownSites, type Knowledge, type Wanted } from './evaluate/facts.js';
import { frozenSite, nameOf, type KnownSite, type Part, type StoredFacts, type Usage } from './evaluate/known.js';
import { lateReports } from './evaluate/lastKnown.js';
import { portfolioOf, type Month } from './evaluate/portfolio.js';
import { rulesByPeriod, type Rules } from './evaluate/rules.js';
import { ask, type VerifyContext } from './context.js';
import { monthsAgain, reachedOf, type Reached } from './monthsAgain.js';

const MSPS_AT_ONCE = 50;

const partsOf = ({ parts }: Usage, of: (part: Part) => unknown) =>
  JSON.stringify(parts.toSorted((a, b) => (a.installation < b.installation ? -1 : 1)).map(of));

/** What was heard of a site: where that differs, messages say so, and nothing that follows from it can be compared. */
function heardOf(site: KnownSite): string {
  return JSON.stringify(
    site.usages
      .flatMap(({ tenantRef, meter, parts }) =>
        parts.flatMap(({ installation, reported, observed }) =>
          reported === null && observed === null ? [] : [[tenantRef, meter, installation, reported, observed].join()],
        ),
      )
      .sort(),
  );
}

function differences(frozen: KnownSite, known: KnownSite): string[] {
  const problems: string[] = [];
  const compare = (what: string, now: unknown, then: unknown) => {
    const [own, stored] = [now, then].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    if (own !== stored) problems.push(`${what} is ${own ?? ''}, reconciled with ${stored ?? ''}`);
  };
  compare('its first month', known.firstMonth, frozen.firstMonth);
  compare('its silent installations', known.silent.toSorted(), frozen.silent.toSorted());
  compare('its installations', known.installations.toSorted(), frozen.installations.toSorted());
  compare('the end of a key', known.revoked, frozen.revoked);
  compare('its clock', known.clockOffsetSeconds, frozen.clockOffsetSeconds);
  for (const usage of known.usages) {
    const { tenantRef, meter } = usage;
    const what = `${tenantRef ?? 'unassigned'}, ${meter}: `;
    const stored = frozen.usages.find((one) => one.tenantRef === tenantRef && one.meter === meter);
    if (stored === undefined) {
      problems.push(`${what}it was not reconciled`);
      continue;
    }
    compare(`${what}its tenant`, usage.tenantId, stored.tenantId);
    compare(`${what}its last quantity`, usage.last, stored.last);
    compare(`${what}its licences`, usage.licensed, stored.licensed);
    compare(
      `${what}its licensed days`,
      usage.spans.map(({ first, last, count, licensed }) => [first, last, count, licensed]),
      stored.spans.map(({ first, last, count, licensed }) => [first, last, count, licensed]),
    );
    const rest = ({ installation, expected, beforeEnd, usedAfterOn, ownEnd, lastConfirmed }: Part) => [
      installation,
      expected,
      beforeEnd,
      usedAfterOn,
      ownEnd,
      lastConfirmed,
    ];
    compare(`${what}what its installations are`, partsOf(usage, rest), partsOf(stored, rest));
  }
  for (const { tenantRef, meter } of frozen.usages) {
    if (!known.usages.some((one) => one.tenantRef === tenantRef && one.meter === meter)) {
      problems.push(`${tenantRef ?? 'unassigned'}, ${meter}: it was reconciled, and nothing is known of it`);
    }
  }
  return problems;
}

interface Stored {
  mspId: string;
  siteId: string;
  facts: StoredFacts;
}

/**
 * Up to when what was known of earlier months may have been seen as a month was frozen: a message under way was not, one that
 * came while the close waited for its turn was.
 */
const SEEN_UNTIL: readonly ((month: Month) => Date | null)[] = [
  ({ frozenAt }) => frozenAt,
  ({ frozenAt }) => frozenAt && new Date(frozenAt.getTime() - 30_000),
  ({ statement }) => statement && statement.issuedAt,
];

/** The sites of one period as they were known when it was frozen, by what earlier months came to by then (rule 4). */
async function knownWhenFrozen(
  context: VerifyContext,
  { knowledge, reached, rulesOf }: { knowledge: Knowledge; reached: Reached; rulesOf: (period: string) => Rules },
  months: readonly Month[],
  seenUntil: (month: Month) => Date | null,
): Promise<Map<string, { mspId: string; site: KnownSite }>> {
  const [first] = months;
  if (first === undefined) return new Map();
  const { period } = first;
  const asOf = new Map(
    months.flatMap((month) => {
      const until = seenUntil(month);
      return until === null ? [] : [[month.mspId, until] as const];
    }),
  );
  const { known } = await monthsAgain(context, knowledge, reached, { before: period, asOf }, rulesOf);
  const wanted = months.flatMap((month): Wanted[] => {
    const { frozenAt } = month;
    if (frozenAt === null) return [];
    // What came in that very instant was in time.
    const before = new Date(frozenAt.getTime() + 1);
    const its = knowledge.portfolio.sites.filter((site) => site.mspId === month.mspId && site.fromPeriod <= period);
    const byHandUntil = asOf.get(month.mspId) ?? frozenAt;
    return its.map((site) => ({ month, site, before, asOf: frozenAt, byHandUntil, bookedBefore: period }));
  });
  const mspOf = new Map(wanted.map(({ site: { siteId, mspId } }) => [siteId, mspId]));
  const sites = await knownSites(context, knowledge, wanted, known);
  return new Map(sites.map((site) => [site.siteId, { mspId: mspOf.get(site.siteId) ?? '', site }]));
}

/** What differs from the frozen facts of one period, by MSP. */
async function differencesOf(
  context: VerifyContext,
  months: readonly Month[],
  known: ReadonlyMap<string, { mspId: string; site: KnownSite }>,
): Promise<Map<string, string[]>> {
  const period = months[0]?.period ?? '';
  const problems = new Map<string, string[]>(months.map(({ mspId }) => [mspId, []]));
  const say = (mspId: string, siteName: string, problem: string) =>
    problems.get(mspId)?.push(`${period}: site ${siteName} ${problem}`);
  const stored = await ask<Stored>(
    context,
    `select msp_id as "mspId", site_id as "siteId", facts from reconciled_site
     where programme_code = :programme and period = :month and msp_id = any(:msps::uuid[])`,
    { month: period, msps: months.map(({ mspId }) => mspId) },
  );
  for (const { mspId, facts } of stored) {
    const frozen = frozenSite(facts);
    const own = known.get(frozen.siteId)?.site;
    if (own === undefined) {
      say(mspId, frozen.siteName, 'was reconciled, and had nothing to account for');
    } else if (heardOf(own) === heardOf(frozen)) {
      for (const problem of differences(frozen, own)) say(mspId, `${frozen.siteName}:`, problem);
    }
  }
  const reconciled = new Set(stored.map(({ siteId }) => siteId));
  for (const [siteId, { mspId, site }] of known) {
    if (reconciled.has(siteId)) continue;
    const { siteName, usages } = site;
    const what = usages.map(({ tenantRef, meter }) => nameOf(siteName, tenantRef, meter)).join('; ');
    say(mspId, siteName, `was not reconciled${what === '' ? '' : `, with ${what}`}`);
  }
  return problems;
}

async function problemsOfMsps(
  context: VerifyContext,
  msps: readonly string[],
  rulesOf: (period: string) => Rules,
): Promise<string[]> {
  const portfolio = await portfolioOf(context, msps);
  const knowledge = { portfolio, late: await lateReports(context, portfolio) };
  const given = { knowledge, rulesOf, reached: await reachedOf(context, knowledge, msps) };
  const frozen = portfolio.months.filter(
    ({ period, frozenAt }) => frozenAt !== null && (context.period === null || period === context.period),
  );
  const problems: string[] = [];
  for (const period of new Set(frozen.map((month) => month.period))) {
    let open = frozen.filter((month) => month.period === period);
    const first = new Map<string, string[]>();
    for (const seenUntil of SEEN_UNTIL) {
      if (open.length === 0) break;
      const found = await differencesOf(context, open, await knownWhenFrozen(context, given, open, seenUntil));
      open = open.filter(({ mspId }) => (found.get(mspId) ?? []).length > 0);
      for (const [mspId, its] of found) if (!first.has(mspId)) first.set(mspId, its);
    }
    problems.push(...open.flatMap(({ mspId }) => first.get(mspId) ?? []));
  }
  return problems;
}

/**
 * What follows from the messages, and is frozen with them: which installations are silent, what is estimated by what, what
 * licences cover, whether it is a site's first month (rules 4, 6, 8 and 22), each worked out anew for the instant at which the
 * month was frozen. Where messages were counted otherwise, the queries over messages say so.
 */
export async function factProblems(context: VerifyContext): Promise<string[]> {
  const msps = await ask<{ id: string }>(
    context,
    `select distinct msp_id as id from run_participant
     where programme_code = :programme and (:period::text is null or period = :period) order by 1`,
  );
  const rulesOf = await rulesByPeriod(context);
  const problems: string[] = [];
  for (let from = 0; from < msps.length; from += MSPS_AT_ONCE) {
    const some = msps.slice(from, from + MSPS_AT_ONCE).map(({ id }) => id);
    problems.push(...(await problemsOfMsps(context, some, rulesOf)));
  }
  return problems.sort();
}
