import { knownSites, type Wanted } from './evaluate/facts.js';
import { frozenSite, nameOf, type KnownSite, type Part, type StoredFacts, type Usage } from './evaluate/known.js';
import { lateReports } from './evaluate/lastKnown.js';
import { portfolioOf } from './evaluate/portfolio.js';
import { ask, type VerifyContext } from './context.js';

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
  period: string;
  facts: StoredFacts;
}

async function problemsOfMsps(context: VerifyContext, msps: readonly string[]): Promise<string[]> {
  const portfolio = await portfolioOf(context, msps);
  const knowledge = { portfolio, late: await lateReports(context, portfolio) };
  const months = portfolio.months.filter(
    ({ period, frozenAt }) => frozenAt !== null && (context.period === null || period === context.period),
  );
  const problems: string[] = [];
  for (const period of new Set(months.map((month) => month.period))) {
    const wanted = months.flatMap((month): Wanted[] => {
      const { frozenAt } = month;
      if (month.period !== period || frozenAt === null) return [];
      // What came in that very instant was in time.
      const before = new Date(frozenAt.getTime() + 1);
      const its = portfolio.sites.filter((site) => site.mspId === month.mspId && site.fromPeriod <= period);
      return its.map((site) => ({ month, site, before, asOf: frozenAt, bookedBefore: period }));
    });
    const known = new Map((await knownSites(context, knowledge, wanted)).map((site) => [site.siteId, site]));
    const stored = await ask<Stored>(
      context,
      `select msp_id as "mspId", period, facts from reconciled_site
       where programme_code = :programme and period = :month and msp_id = any(:msps::uuid[])`,
      { month: period, msps: [...msps] },
    );
    for (const { facts } of stored) {
      const frozen = frozenSite(facts);
      const own = known.get(frozen.siteId);
      known.delete(frozen.siteId);
      const say = (problem: string) => problems.push(`${period}: site ${frozen.siteName}: ${problem}`);
      if (own === undefined) {
        say('it was reconciled, and had nothing to account for');
      } else if (heardOf(own) === heardOf(frozen)) {
        for (const problem of differences(frozen, own)) say(problem);
      }
    }
    for (const { siteName, usages } of known.values()) {
      const what = usages.map(({ tenantRef, meter }) => nameOf(siteName, tenantRef, meter)).join('; ');
      problems.push(`${period}: site ${siteName} was not reconciled${what === '' ? '' : `, with ${what}`}`);
    }
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
  const problems: string[] = [];
  for (let from = 0; from < msps.length; from += MSPS_AT_ONCE) {
    problems.push(
      ...(await problemsOfMsps(
        context,
        msps.slice(from, from + MSPS_AT_ONCE).map(({ id }) => id),
      )),
    );
  }
  return problems.sort();
}
