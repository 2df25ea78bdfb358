import { usageNow } from '../../domain/corrections.js';
import { readFacts } from '../../domain/frozenFacts.js';
import { groupBy } from '../../domain/groupBy.js';
import type { BilledLine, EarlierMonth } from '../../domain/month/inputs.js';
import { addMonths, type Period } from '../../domain/period.js';
import { periodsBack } from '../../domain/settings/lateUsage.js';
import { differenceOf } from '../../domain/statement.js';
import { usageKey, type SiteFacts } from '../../domain/usage.js';
import { rows, type Trx } from '../connect.js';
import { NOTHING_STANDS, QUANTITY_BY_HAND, standingCorrections } from '../corrections/standingCorrections.js';
import { headFromJson, lineFromJson, type StatementHead } from '../statements/statementCodec.js';
import { casesOf } from './casesOf.js';
import { installationKey, type Confirmed, type KnownOfInstallation } from './lastConfirmed.js';
import { monthRules, type MonthRules } from './monthRules.js';
import { longestReach, REACH } from './reach.js';
import { usageKept } from './usageKept.js';
import { loadSiteFacts, type RatedAgain } from './siteFacts.js';

/** Which earlier months: of these MSPs, issued and before that one. */
export interface EarlierSelection {
  programme: string;
  mspIds: readonly string[];
  before: Period;
}

/**
 * Messages are stored with the instant at which their request came: one that was under way when the facts were frozen
 * may carry an instant before it. Rating a month again without need changes nothing, so a little too much is looked at.
 */
export const UNDER_WAY = '30 seconds';

interface ReachedSite {
  mspId: string;
  siteId: string;
  period: Period;
}

/** What a person let in although it came too late for its month, up to the instant at which that was found. */
function admittedSites(
  trx: Trx,
  { programme, mspIds, before }: EarlierSelection,
): Promise<(ReachedSite & { until: Date })[]> {
  return rows<ReachedSite & { until: Date }>(
    trx,
    `select d.msp_id as "mspId", d.site_id as "siteId", d.evidence ->> 'forPeriod' as period, max(d.found_at) as until
     from discrepancy d
     where d.programme_code = :programme and d.msp_id = any(:mspIds::uuid[]) and d.kind = 'late_beyond_reach'
       and d.resolved_by = 'person' and d.decision = 'accept_reported' and d.evidence ->> 'forPeriod' < :before
     group by 1, 2, 3`,
    { programme, mspIds: [...mspIds], before },
  );
}

/**
 * The sites that usage reached after their month was frozen (rule 7), whether or not they had a row then, those whose hardware
 * was replaced for free since, those of a key that was revoked as of an earlier instant since, those of which people set or waived
 * by hand what an earlier month says since, and those with deferred quantities (rule 5). Found by the time of receipt. A month whose usage
 * has gone (rule 15) is rated again no more: months that were issued longer ago are looked at only where a person let
 * something in that reached them too late.
 */
async function reachedSites(
  trx: Trx,
  { programme, mspIds, before }: EarlierSelection,
  admitted: readonly ReachedSite[],
): Promise<ReachedSite[]> {
  const earliest = addMonths(before, -periodsBack(await longestReach(trx, programme, before)));
  return rows<ReachedSite>(
    trx,
    `with frozen as materialized (
       select s.msp_id, s.period,
         coalesce((select min(r.reconciled_at) from reconciled_site r where r.programme_code = s.programme_code
           and r.period = s.period and r.msp_id = s.msp_id), b.opened_at) as at, p.month_end, ${REACH} as reach
       from statement s
       join billing_run b on b.programme_code = s.programme_code and b.period = s.period
       join run_participant p on p.programme_code = s.programme_code and p.period = s.period and p.msp_id = s.msp_id
       where s.programme_code = :programme and s.msp_id = any(:mspIds::uuid[]) and s.period < :before and s.revision = 1
         and ${usageKept('s')} and (s.period >= :earliest or (s.msp_id, s.period) in (
           select x.msp_id, x.period from unnest(:admittedMsps::uuid[], :admittedPeriods::text[]) as x(msp_id, period)))
     ), arrived as (
       select f.msp_id, f.period, g.site_id
       from frozen f join usage_report g on g.msp_id = f.msp_id and g.period = f.period
       where g.received_at > f.at - interval '${UNDER_WAY}'
       union
       select f.msp_id, f.period, c.site_id
       from frozen f join late_check_in c on c.msp_id = f.msp_id and c.period = f.period
       where c.last_received_at > f.at - interval '${UNDER_WAY}'
       union
       -- Hardware that was replaced for free after the month, which its successor reported in its place (rule 6).
       select f.msp_id, f.period, i.site_id
       from frozen f join installation i on i.msp_id = f.msp_id and i.replaced_for_free and i.replaced_at > f.at
       join usage_report g on g.msp_id = i.msp_id and g.site_id = i.site_id and g.installation_id = i.replaced_by
         and g.period = f.period
       union
       -- A key that was revoked as of an instant of the month, or before it, after the month was frozen.
       select f.msp_id, f.period, u.site_id
       from frozen f join (
         select msp_id, id, ended_at, end_noted_at as noted_at from metered_key where ended_how = 'revoked'
         union all
         select msp_id, metered_key_id, ended_at, noted_at from former_end where ended_how = 'revoked'
       ) k on k.msp_id = f.msp_id and k.ended_at < f.month_end
         and k.noted_at > f.at - interval '${UNDER_WAY}' and k.noted_at < f.reach
       join lateral (
         select i.site_id from installation i where i.msp_id = k.msp_id and i.metered_key_id = k.id
         union
         select o.site_id from former_key o where o.msp_id = k.msp_id and o.metered_key_id = k.id
           and o.until_at > k.ended_at) u on true
       union
       -- What its estimate may have gone by: a line of an earlier month that two people set or waived after the freeze.
       select f.msp_id, f.period, l.site_id
       from frozen f join (${QUANTITY_BY_HAND}) c on c.msp_id = f.msp_id and c.programme_code = :programme
         and c.period < f.period and c.decided_at > f.at - interval '${UNDER_WAY}' and c.decided_at < f.reach
       join statement_line l on l.msp_id = c.msp_id and l.statement_id = c.statement_id and l.line_no = c.line_no
       union
       select l.msp_id, l.period, l.site_id
       from frozen f join statement_line l on l.msp_id = f.msp_id and l.period = f.period
       where l.programme_code = :programme and l.kind = 'usage' and l.basis = 'deferred'
     )
     select a.msp_id as "mspId", a.site_id as "siteId", a.period
     from arrived a join site s on s.msp_id = a.msp_id and s.id = a.site_id and s.programme_code = :programme`,
    {
      ...{ programme, mspIds: [...mspIds], before, earliest },
      admittedMsps: admitted.map(({ mspId }) => mspId),
      admittedPeriods: admitted.map(({ period }) => period),
    },
  );
}

interface IssuedMonth {
  mspId: string;
  period: Period;
  statementId: string;
  head: StatementHead;
  /** As frozen. */
  facts: SiteFacts[];
  /** Rule 7, by the day in the MSP's zone: what comes from then on came too late. Never before the facts were frozen. */
  reach: Date;
}

/** The issued months of these MSPs from a month on, oldest first. */
async function issuedFrom(
  trx: Trx,
  { programme, before }: EarlierSelection,
  from: ReadonlyMap<string, Period>,
): Promise<IssuedMonth[]> {
  const found = await rows<Omit<IssuedMonth, 'head' | 'facts'> & { content: unknown; facts: unknown[] }>(
    trx,
    `select s.msp_id as "mspId", s.period, s.id as "statementId", s.content,
       ${REACH} as reach,
       coalesce((select jsonb_agg(r.facts) from reconciled_site r where r.programme_code = s.programme_code
         and r.period = s.period and r.msp_id = s.msp_id), '[]') as facts
     from unnest(:msps::uuid[], :froms::text[]) as x(msp_id, "from")
     join statement s on s.msp_id = x.msp_id and s.programme_code = :programme and s.period >= x."from"
       and s.period < :before and s.revision = 1
     join run_participant p on p.programme_code = s.programme_code and p.period = s.period and p.msp_id = s.msp_id
     order by s.period`,
    { programme, before, msps: [...from.keys()], froms: [...from.values()] },
  );
  return found.map(({ content, facts, ...row }) => ({
    ...row,
    head: headFromJson(content, row.statementId),
    facts: facts.map(readFacts),
  }));
}

interface Billed {
  lines: BilledLine[];
  minimumMinor: bigint;
  licencesMinor: bigint;
}

const NOTHING_BILLED: Billed = { lines: [], minimumMinor: 0n, licencesMinor: 0n };

/** What was billed for those months so far: the lines of their statements as later corrections left them. */
async function billedFor(
  trx: Trx,
  programme: string,
  statements: readonly IssuedMonth[],
): Promise<Map<string, Billed>> {
  const found = await rows<{ mspId: string; period: Period; number: string; content: unknown }>(
    trx,
    `select s.msp_id as "mspId", x.period, s.number, l.content
     from unnest(:msps::uuid[], :periods::text[], :ids::uuid[]) as x(msp_id, period, id)
     join statement_line l on l.msp_id = x.msp_id and l.programme_code = :programme
       and (l.statement_id = x.id and l.kind in ('usage', 'minimum', 'term', 'extension') or l.for_period = x.period)
     join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
     order by s.period, l.line_no`,
    {
      programme,
      msps: statements.map(({ mspId }) => mspId),
      periods: statements.map(({ period }) => period),
      ids: statements.map(({ statementId }) => statementId),
    },
  );
  const billed = new Map<string, Billed>();
  for (const [key, ofMonth] of groupBy(found, ({ mspId, period }) => `${mspId} ${period}`)) {
    const lines = new Map<string, BilledLine>();
    let minimumMinor = 0n;
    let licencesMinor = 0n;
    for (const line of ofMonth.map(({ content, number }) => lineFromJson(content, number))) {
      if (line.kind === 'minimum') minimumMinor += line.amountMinor;
      if (line.kind === 'minimum_correction') minimumMinor += differenceOf(line);
      if (line.kind === 'term' || line.kind === 'extension') licencesMinor += line.amountMinor;
      if (line.kind !== 'usage' && line.kind !== 'correction') continue;
      const { siteId, siteName, tenantId, tenantName, tenantRef, meter, peak, basis, firstMonthFree } = line;
      const before = lines.get(usageKey(line))?.amountMinor ?? 0n;
      lines.set(usageKey(line), {
        ...{ siteId, siteName, tenantId, tenantName, tenantRef, meter, peak, basis, firstMonthFree },
        quantity: line.kind === 'usage' ? line.quantity : line.newQuantity,
        amountMinor: before + (line.kind === 'usage' ? line.amountMinor : differenceOf(line)),
      });
    }
    billed.set(key, { lines: [...lines.values()], minimumMinor, licencesMinor });
  }
  return billed;
}

/** Names of tenants by MSP and id, as they are today. */
async function tenantNames(trx: Trx, mspIds: readonly string[]): Promise<Map<string, Map<string, string>>> {
  const found = await rows<{ mspId: string; id: string; name: string }>(
    trx,
    'select msp_id as "mspId", id, name from tenant where msp_id = any(:mspIds::uuid[])',
    { mspIds: [...mspIds] },
  );
  return new Map(
    [...groupBy(found, ({ mspId }) => mspId)].map(([mspId, its]) => [
      mspId,
      new Map(its.map(({ id, name }) => [id, name])),
    ]),
  );
}

/** As printed then, so that lines keep their place among the others. */
function namesThen(billed: readonly BilledLine[]): [string, string][] {
  return billed.flatMap(({ tenantId, tenantName }) =>
    tenantId === null || tenantName === null ? [] : [[tenantId, tenantName]],
  );
}

/** What rating a month again confirmed, for estimates of later months (rule 4); of a line that it left nothing of: nothing. */
function confirmedBy(month: EarlierMonth): Confirmed[] {
  const { period } = month;
  const now = usageNow(month);
  const there = new Set(now.map(usageKey));
  const gone = month.billed.filter((line) => !there.has(usageKey(line)));
  return [
    ...now.flatMap(({ siteId, tenantRef, meter, quantity: { value, basis } }) => {
      const isKnown = basis === 'reported' || basis === 'observed' || basis === 'decided' || value > 0;
      return isKnown ? [{ siteId, tenantRef, meter, quantity: value, period, isSet: basis === 'decided' }] : [];
    }),
    ...gone.map(({ siteId, tenantRef, meter }) => ({ siteId, tenantRef, meter, quantity: 0, period, isSet: false })),
  ];
}

/** The same of each installation that said something. */
function confirmedByInstallations({ period, sites }: EarlierMonth): KnownOfInstallation[] {
  return sites.flatMap(({ siteId, usage }) =>
    usage.flatMap(({ tenantRef, meter, installations }) =>
      installations.flatMap(({ installationId, reported, observed }) =>
        reported === null && observed === null
          ? []
          : [{ siteId, tenantRef, meter, installationId, quantity: Math.max(reported ?? 0, observed ?? 0), period }],
      ),
    ),
  );
}

/** What decides which sites are looked at again. */
interface Changes {
  /** By MSP and month. */
  reached: ReadonlyMap<string, readonly ReachedSite[]>;
  /** By site and month. */
  admitted: ReadonlyMap<string, Date>;
  /** Sites of any MSP that an earlier month is rated again for. */
  sites: Set<string>;
}

/** Whether what was known before a month decides about more of it than estimates: what is no first month is billed (rule 3). */
function countsLastQuantity({ settings, kinds }: MonthRules): boolean {
  return kinds.includes('first_month_large') && settings.discrepancies.kinds.first_month_large.default === 'not_billed';
}

/** The sites of an issued month of which more may be known, each with the instant by which that had to be received. */
function sitesAgain(
  { mspId, period, facts, reach }: IssuedMonth,
  changes: Changes,
  rules: MonthRules,
): Map<string, Date> {
  const goesByLast = facts.filter(
    ({ siteId, firstMonth, silentInstallationIds }) =>
      changes.sites.has(siteId) && (silentInstallationIds.length > 0 || firstMonth || countsLastQuantity(rules)),
  );
  const reached = changes.reached.get(`${mspId} ${period}`) ?? [];
  return new Map(
    [...reached, ...goesByLast].map(({ siteId }) => {
      const admittedUntil = changes.admitted.get(`${siteId} ${period}`);
      return [siteId, admittedUntil === undefined || admittedUntil < reach ? reach : admittedUntil];
    }),
  );
}

/** The issued months that come to something else by now, and what that says to estimates of later ones (rule 4). */
export interface KnownByNow {
  /** Each with all that rates it again, oldest first. */
  months: EarlierMonth[];
  ratedAgain: RatedAgain;
}

const NOTHING_RATED_AGAIN: KnownByNow = {
  months: [],
  ratedAgain: { confirmed: [], confirmedOf: new Map(), ratedAgain: new Set() },
};

/**
 * The issued months that may come to something else by now. A month is among them where usage reached one of its sites
 * after it was frozen, where something was deferred, or where a site was judged by what an earlier one of them says. The
 * close freezes its estimates by it, too: what the same statement corrects of a month is not what the next is estimated by.
 */
export async function loadEarlierMonths(trx: Trx, selection: EarlierSelection): Promise<KnownByNow> {
  const { programme } = selection;
  const admitted = await admittedSites(trx, selection);
  const reached = await reachedSites(trx, selection, admitted);
  if (reached.length === 0) return NOTHING_RATED_AGAIN;
  const from = new Map<string, Period>();
  for (const { mspId, period } of reached) {
    const first = from.get(mspId);
    if (first === undefined || period < first) from.set(mspId, period);
  }
  const issued = await issuedFrom(trx, selection, from);
  const billed = await billedFor(trx, programme, issued);
  const names = await tenantNames(trx, [...from.keys()]);
  const standing = await standingCorrections(trx, { programme, mspIds: [...from.keys()] });
  const changes: Changes = {
    reached: groupBy(reached, ({ mspId, period }) => `${mspId} ${period}`),
    // What was found is let in, too.
    admitted: new Map(
      admitted.map(({ siteId, period, until }) => [`${siteId} ${period}`, new Date(until.getTime() + 1)]),
    ),
    sites: new Set(),
  };
  const confirmed: Confirmed[] = [];
  const confirmedOf = new Map<string, KnownOfInstallation>();
  const ratedAgain = new Set<string>();
  const months: EarlierMonth[] = [];
  for (const [period, ofPeriod] of groupBy(issued, (one) => one.period)) {
    const rules = await monthRules(trx, { programme, period });
    const again = ofPeriod.flatMap((one) => {
      const sites = sitesAgain(one, changes, rules);
      return sites.size === 0 ? [] : [{ ...one, sites }];
    });
    if (again.length === 0) continue;
    const { settings, kinds } = rules;
    const ofMsps = { programme, period, mspIds: again.map(({ mspId }) => mspId) };
    const receivedBefore = new Map(again.flatMap(({ sites }) => [...sites]));
    const facts = groupBy(
      await loadSiteFacts(trx, ofMsps, { confirmed, confirmedOf, ratedAgain }, receivedBefore),
      ({ mspId }) => mspId,
    );
    const cases = await casesOf(trx, ofMsps);
    for (const { mspId, head, facts: frozen, sites } of again) {
      const { lines, minimumMinor, licencesMinor } = billed.get(`${mspId} ${period}`) ?? NOTHING_BILLED;
      const nameThen = new Map(frozen.map(({ siteId, siteName }) => [siteId, siteName]));
      const now = (facts.get(mspId) ?? []).map(({ facts: site }) => ({
        ...site,
        siteName: nameThen.get(site.siteId) ?? site.siteName,
      }));
      const month: EarlierMonth = {
        ...{ mspId, period, number: head.number, currency: head.currency },
        pricePlan: head.pricePlan,
        exchange: head.exchange,
        settings: settings.discrepancies,
        kinds,
        sites: [...frozen.filter(({ siteId }) => !sites.has(siteId)), ...now],
        decided: (cases.get(mspId) ?? []).filter(({ resolution }) => resolution?.by === 'person'),
        tenantNames: new Map([...(names.get(mspId) ?? []), ...namesThen(lines)]),
        billed: lines,
        billedMinimumMinor: minimumMinor,
        billedLicencesMinor: licencesMinor,
        standing: standing.get(`${mspId} ${period}`) ?? NOTHING_STANDS,
      };
      months.push(month);
      for (const siteId of sites.keys()) {
        changes.sites.add(siteId);
        ratedAgain.add(`${siteId} ${period}`);
      }
      confirmed.push(...confirmedBy(month).filter(({ siteId }) => sites.has(siteId)));
      for (const one of confirmedByInstallations(month)) {
        if (sites.has(one.siteId)) confirmedOf.set(installationKey(one), one);
      }
    }
  }
  return { months, ratedAgain: { confirmed, confirmedOf, ratedAgain } };
}
