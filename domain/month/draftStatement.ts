import { KontorError } from '../errors.js';
import { rateAgain } from '../corrections.js';
import { exchangeRate } from '../pricing/exchange.js';
import type { ExchangeRate, PricePlan } from '../pricing/pricePlan.js';
import { instalmentIn } from '../licences/termPrice.js';
import { rate, type DueCorrection, type DueManualCorrection, type DueTerm } from '../rating.js';
import { ALL_KINDS } from '../reconcile/index.js';
import { TEMPLATE_VERSION, type Statement, type StatementFinding } from '../statement.js';
import type { EarlierMonth, MonthCase, MonthInput, RunTerms } from './inputs.js';
import { usageToBill } from './usageToBill.js';

function planFor(input: MonthInput, { plans }: RunTerms): PricePlan {
  const plan = plans.find(({ distributorId }) => distributorId === input.distributorId || distributorId === null);
  if (plan === undefined) {
    throw new KontorError('PRICE_PLAN_MISSING', 'No price plan is valid for this period; add one, then retry.');
  }
  return plan;
}

function exchangeFor(base: string, currency: string, { rates }: RunTerms): ExchangeRate | null {
  if (base === currency) return null;
  const found = exchangeRate(rates, base, currency);
  if (found === undefined) {
    throw new KontorError(
      'EXCHANGE_RATE_MISSING',
      `No reference rate from ${base} to ${currency} was published in the last days of the period; load it, then retry.`,
    );
  }
  return found;
}

/** What earlier months come to now, less what was billed; of another currency (rule 20): by this period's rate. */
function dueCorrections(
  { currency, manual }: MonthInput,
  earlier: readonly EarlierMonth[],
  terms: RunTerms,
): (DueCorrection | DueManualCorrection)[] {
  return [...earlier.flatMap(rateAgain), ...manual].map((due) => ({
    ...due,
    exchange: exchangeFor(due.currency, currency, terms),
  }));
}

/**
 * Rule 22: the licences that are billed in the period, each with its rate where its price is in another currency. What was to be
 * billed in months that were skipped is billed with it.
 */
function dueTerms({ licences, currency }: MonthInput, terms: RunTerms): DueTerm[] {
  return licences.flatMap((licence) => {
    const due = [...terms.skipped, terms.period].map((period) => instalmentIn(period, licence));
    return due
      .filter((instalment) => instalment !== null)
      .map((instalment) => ({ licence, instalment, exchange: exchangeFor(licence.priceCurrency, currency, terms) }));
  });
}

function findingsOf(input: MonthInput, { settings }: RunTerms): StatementFinding[] {
  const siteNames = new Map(input.sites.map(({ siteId, siteName }) => [siteId, siteName]));
  const tenantIds = new Map(
    input.sites.flatMap((site) =>
      site.usage.map((usage): [string, string | null] => [`${site.siteId} ${usage.tenantRef ?? ''}`, usage.tenantId]),
    ),
  );
  const order = (found: MonthCase) =>
    [
      String(ALL_KINDS.indexOf(found.kind)).padStart(3, '0'),
      found.siteId === null ? '' : (siteNames.get(found.siteId) ?? ''),
      found.tenantRef ?? '',
      found.meter ?? '',
      found.siteId ?? '',
    ].join('\u0000');
  return input.cases
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .flatMap((found) => {
      const { siteId, resolution, ...kindWithEvidence } = found;
      if (resolution === null) return [];
      const tenantId = siteId === null ? null : (tenantIds.get(`${siteId} ${found.tenantRef ?? ''}`) ?? null);
      return [
        {
          ...kindWithEvidence,
          siteName: siteId === null ? null : (siteNames.get(siteId) ?? null),
          tenantName: tenantId === null ? null : (input.tenantNames.get(tenantId) ?? null),
          tenantRef: found.tenantRef,
          meter: found.meter,
          byDefault: settings.kinds[found.kind].default,
          resolution,
        },
      ];
    });
}

/**
 * One MSP's month, rated: everything of the statement but its number. Pure, from frozen facts and settled cases.
 * Throws PRICE_PLAN_MISSING, PRICE_MISSING or EXCHANGE_RATE_MISSING, which park the MSP.
 */
export function draftStatement(
  input: MonthInput,
  terms: RunTerms,
  earlier: readonly EarlierMonth[],
): Omit<Statement, 'number'> {
  const plan = planFor(input, terms);
  const { name, fromPeriod, prices, monthlyMinimumMinor, firstMonth } = plan;
  const exchange = exchangeFor(plan.currency, input.currency, terms);
  const { lines, totalMinor } = rate({
    currency: input.currency,
    plan,
    exchange,
    usage: usageToBill(input, terms.settings),
    terms: dueTerms(input, terms),
    corrections: dueCorrections(input, earlier, terms),
  });
  return {
    revision: 1,
    templateVersion: TEMPLATE_VERSION,
    locale: input.locale,
    period: terms.period,
    zone: input.zone,
    statementDate: input.statementDate,
    currency: input.currency,
    vendor: input.vendor,
    distributor: input.distributor,
    msp: input.msp,
    pricePlan: { name, currency: plan.currency, fromPeriod, prices, monthlyMinimumMinor, firstMonth },
    exchange,
    lines,
    findings: findingsOf(input, terms),
    history: input.history,
    totalMinor,
  };
}
