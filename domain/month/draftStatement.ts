import { KontorError } from '../errors.js';
import { correctionOf } from '../corrections.js';
import { exchangeRate } from '../pricing/exchange.js';
import type { ExchangeRate, PricePlan } from '../pricing/pricePlan.js';
import { instalmentIn } from '../licences/termPrice.js';
import { rate, type BillableUsage, type DueCorrection, type DueTerm } from '../rating.js';
import { ALL_KINDS, settleQuantity, type Resolution } from '../reconcile/index.js';
import { TEMPLATE_VERSION, type Statement, type StatementFinding } from '../statement.js';
import type { LateUsage, MonthCase, MonthInput, RunTerms } from './inputs.js';

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

const caseKey = (kind: string, siteId: string | null, tenantRef: string | null, meter: string | null) =>
  JSON.stringify([kind, siteId, tenantRef, meter]);

function billableUsage(input: MonthInput, { settings }: RunTerms): BillableUsage[] {
  const resolutions = new Map<string, Resolution>();
  for (const found of input.cases) {
    if (found.resolution !== null) {
      resolutions.set(caseKey(found.kind, found.siteId, found.tenantRef, found.meter), found.resolution);
    }
  }
  return input.sites.flatMap((site) =>
    site.usage.map((usage) => ({
      siteId: site.siteId,
      siteName: site.siteName,
      tenantId: usage.tenantId,
      tenantName: usage.tenantId === null ? null : (input.tenantNames.get(usage.tenantId) ?? usage.tenantRef),
      tenantRef: usage.tenantRef,
      meter: usage.meter,
      quantity: settleQuantity(
        site,
        usage,
        settings,
        (kind) =>
          resolutions.get(caseKey(kind, site.siteId, usage.tenantRef, usage.meter)) ??
          resolutions.get(caseKey(kind, site.siteId, null, null)),
      ),
      licensed: usage.licensed,
      licensedDays: usage.licensedDays,
      firstMonth: site.firstMonth,
    })),
  );
}

function dueCorrections(currency: string, late: readonly LateUsage[], terms: RunTerms): DueCorrection[] {
  const { settings, kinds } = terms;
  return late.flatMap((item) => {
    const usage = item.facts.usage.find(({ tenantRef, meter }) => tenantRef === item.tenantRef && meter === item.meter);
    const change = item.firstMonthFree
      ? null
      : correctionOf({
          basis: item.basis,
          decidedByPerson: item.decidedByPerson,
          late: item.late,
          billed: item.billed,
          settings,
          kinds,
          site: item.facts,
          usage: usage ?? {
            tenantRef: item.tenantRef,
            tenantId: item.tenantId,
            meter: item.meter,
            installations: [],
            lastQuantity: null,
            licensed: 0,
            licensedDays: [],
          },
        });
    if (change === null) return [];
    if (item.price === null) {
      throw new KontorError('PRICE_MISSING', `Statement ${item.number} had no price for ${item.meter}.`);
    }
    // Rule 20: an MSP that moved is billed by another distributor, whose currency may be another.
    const inOtherCurrency = item.currency !== currency;
    return [
      {
        siteId: item.siteId,
        siteName: item.siteName,
        tenantId: item.tenantId,
        tenantName: item.tenantName,
        tenantRef: item.tenantRef,
        meter: item.meter,
        forPeriod: item.period,
        correctsNumber: item.number,
        ...change,
        billedTotal: item.billedTotal,
        price: item.price,
        exchange: inOtherCurrency ? exchangeFor(item.priceCurrency, currency, terms) : item.exchange,
        ...(inOtherCurrency ? { inOtherCurrency } : {}),
      },
    ];
  });
}

/** Rule 22: the licences that are billed in the period, each with its rate where its price is in another currency. */
function dueTerms({ licences, currency }: MonthInput, terms: RunTerms): DueTerm[] {
  return licences.flatMap((licence) => {
    const instalment = instalmentIn(terms.period, licence);
    return instalment === null
      ? []
      : [{ licence, instalment, exchange: exchangeFor(licence.priceCurrency, currency, terms) }];
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
  late: readonly LateUsage[],
): Omit<Statement, 'number'> {
  const plan = planFor(input, terms);
  const exchange = exchangeFor(plan.currency, input.currency, terms);
  const { lines, totalMinor } = rate({
    currency: input.currency,
    plan,
    exchange,
    usage: billableUsage(input, terms),
    terms: dueTerms(input, terms),
    corrections: dueCorrections(input.currency, late, terms),
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
    pricePlan: {
      name: plan.name,
      currency: plan.currency,
      fromPeriod: plan.fromPeriod,
      prices: plan.prices,
      monthlyMinimumMinor: plan.monthlyMinimumMinor,
    },
    exchange,
    lines,
    findings: findingsOf(input, terms),
    history: input.history,
    totalMinor,
  };
}
