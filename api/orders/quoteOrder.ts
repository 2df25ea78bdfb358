import type { View } from '../../domain/access/views.js';
import type { z } from 'zod';
import { plansFor } from '../../db/closing/monthInputs.js';
import type { Trx } from '../../db/connect.js';
import { findTermLicence, requireNotRenewed, type TermLicence } from '../../db/prices/termLicenceStore.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { findMsp } from '../../db/parties/mspStore.js';
import { firstUnopenedIfOpened, requireUnopened } from '../../db/programmes/periods.js';
import { requireParticipant } from '../../db/programmes/requireTakesPart.js';
import { distributorIn, type Registration } from '../../db/programmes/participationStore.js';
import { findProgramme } from '../../db/programmes/programmeStore.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import { tenantsOfSite } from '../../db/readModels/tenantsOfSite.js';
import { productByCode, type MeterCode } from '../../domain/catalog/index.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { termEnd } from '../../domain/licences/term.js';
import { priceMinor, shareOf, type AgreedPrice } from '../../domain/licences/termPrice.js';
import {
  firstDay,
  isApprovedByRule,
  licenceDays,
  orderExpiry,
  type Order,
  type OrderedLicence,
} from '../../domain/order.js';
import { dayOf, parsePeriod, type Day, type Period } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { requireOpenSite } from '../routes/sites.js';
import type { orderInput } from '../schemas/orders.js';

const MOST_YEARS_AHEAD = 2;

type Ordered = z.output<typeof orderInput>;
type OfLicence = Exclude<Ordered, { kind: 'product' }>;

/** Who orders, when. */
export interface Orderer {
  mspId: string;
  view: View;
  at: Date;
}

/** An order as it would be placed now: priced, with its days where it is approved today. */
export interface Quote {
  order: Pick<Order, 'programme' | 'kind' | 'product' | 'licence' | 'currency' | 'amountMinor' | 'decideUntil'>;
  firstDay: Day | null;
  endsOn: Day | null;
  approvedByRule: boolean;
}

async function tenantOf(trx: Trx, mspId: string, siteId: string, ref: string | undefined): Promise<string | null> {
  if (ref === undefined) return null;
  const tenantId = (await tenantsOfSite(trx, mspId, siteId)).get(ref);
  if (tenantId !== undefined) return tenantId;
  throw fieldError('VALIDATION_FAILED', '/tenantRef', 'The site does not serve that tenant.');
}

async function licenceNamed(trx: Trx, mspId: string, id: string): Promise<TermLicence> {
  const found = await findTermLicence(trx, mspId, id);
  if (found === undefined) throw fieldError('VALIDATION_FAILED', '/licenceId', 'This MSP has no such licence.');
  return found;
}

type Units = Pick<OrderedLicence, 'siteId' | 'tenantId' | 'meter' | 'count' | 'years' | 'licenceId' | 'startsOn'>;

/** The units that are ordered; of an extension or renewal as the licence has them that it names. */
async function unitsOf(
  trx: Trx,
  mspId: string,
  ordered: OfLicence,
  today: Day,
): Promise<{ units: Units; term: TermLicence | null }> {
  if (ordered.kind === 'licence') {
    const { siteId, meter, count, years, startsOn = null } = ordered;
    const tenantId = await tenantOf(trx, mspId, siteId, ordered.tenantRef);
    return { units: { siteId, tenantId, meter, count, years, licenceId: null, startsOn }, term: null };
  }
  const term = await licenceNamed(trx, mspId, ordered.licenceId);
  const { siteId, tenantId, meter, endsOn } = term;
  if (term.extends !== null) {
    throw fieldError('VALIDATION_FAILED', '/licenceId', 'Name the licence of the term, not one that extends it.');
  }
  if (ordered.kind === 'extension') {
    const { count, startsOn = null } = ordered;
    return { units: { siteId, tenantId, meter, count, years: term.years, licenceId: term.id, startsOn }, term };
  }
  await requireNotRenewed(trx, term);
  // Once it has ended: on the day of approval.
  const { count = term.count, years, startsOn = endsOn < today ? null : endsOn } = ordered;
  if (startsOn !== null && startsOn < endsOn) {
    throw fieldError('VALIDATION_FAILED', '/startsOn', 'A renewal starts when the licence it follows has ended.');
  }
  return { units: { siteId, tenantId, meter, count, years, licenceId: term.id, startsOn }, term };
}

/** Rule 9: by the plan in force in the first month; an extension has the price that was agreed for its term. */
async function agreedPrice(
  trx: Trx,
  {
    programme,
    distributorId,
    period,
    meter,
  }: { programme: string; distributorId: string; period: Period; meter: MeterCode },
  term: TermLicence | null,
): Promise<AgreedPrice & { pricePlanId: string }> {
  const plans = await plansFor(trx, { programme, period });
  const plan = plans.find((one) => one.distributorId === distributorId || one.distributorId === null);
  if (plan === undefined) throw new KontorError('PRICE_PLAN_MISSING', `No price plan is valid for ${period}.`);
  if (term !== null) {
    const { unitPrice, priceCurrency, billing } = term;
    return { unitPrice, priceCurrency, billing, pricePlanId: plan.id };
  }
  const price = plan.termPrices[meter];
  if (price === undefined) {
    throw fieldError('PRICE_MISSING', '/meter', `Price plan "${plan.name}" has no term price for ${meter}.`);
  }
  return { unitPrice: price.unitPrice, priceCurrency: plan.currency, billing: price.billing, pricePlanId: plan.id };
}

/** Prices are agreed so long ahead; a renewal follows its licence, however long that runs. */
function latestStart(today: Day, renewed: TermLicence | null): Day {
  const latest = termEnd(today, MOST_YEARS_AHEAD);
  return renewed !== null && renewed.endsOn > latest ? renewed.endsOn : latest;
}

/** Rules 19 and 21: a wished day is today or later, in the MSP's zone, not after `latest`, in a month that was not opened, while it takes part. */
async function requireStart(
  trx: Trx,
  programme: string,
  { joinedPeriod, leftPeriod }: Registration,
  { wished, first, today, latest }: { wished: Day | null; first: Day; today: Day; latest: Day },
): Promise<void> {
  if (wished !== null && wished < today) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/startsOn',
      `It starts on the day of approval or later, never before ${today}.`,
    );
  }
  if (wished !== null && wished > latest) {
    throw fieldError('VALIDATION_FAILED', '/startsOn', `An order of today starts on ${latest} at the latest.`);
  }
  if (wished !== null) await requireUnopened(trx, programme, wished.slice(0, 7), '/startsOn');
  const month = first.slice(0, 7);
  if ((joinedPeriod !== null && month < joinedPeriod) || (leftPeriod !== null && month > leftPeriod)) {
    throw fieldError('PERIOD_INVALID', '/startsOn', `In ${month} this MSP takes no part in "${programme}".`);
  }
}

async function quoteLicence(trx: Trx, ordered: OfLicence, { mspId, view, at }: Orderer): Promise<Quote> {
  const zone = (await findMsp(trx, mspId))?.zone ?? 'UTC';
  const today = dayOf(at, zone);
  const { units, term } = await unitsOf(trx, mspId, ordered, today);
  const { kind } = ordered;
  const site = await requireOpenSite(trx, mspId, units.siteId);
  const { programme, product } = site;
  const registration = await requireParticipant(trx, programme, mspId);
  await requireProductEnabled(trx, { mspId, programme, product });
  if (!(productByCode(product)?.meters.some(({ code }) => code === units.meter) ?? false)) {
    throw fieldError('METER_UNKNOWN', '/meter', `The site's product, ${product}, does not count that.`);
  }
  const first = firstDay(units.startsOn, today, await firstUnopenedIfOpened(trx, programme));
  const latest = latestStart(today, kind === 'renewal' ? term : null);
  await requireStart(trx, programme, registration, { wished: units.startsOn, first, today, latest });
  const { endsOn } = licenceDays(kind, first, units.years, term);
  const extended = kind === 'extension' ? term : null;
  const period = parsePeriod(first.slice(0, 7));
  // Who bills it then (rule 20).
  const distributorId = (await distributorIn(trx, { mspId, programme, period })) ?? registration.distributorId;
  const price = await agreedPrice(trx, { programme, distributorId, meter: units.meter, period }, extended);
  const share = extended === null ? null : shareOf(extended, first);
  const amountMinor = priceMinor(
    { count: units.count, years: units.years, unitPrice: price.unitPrice, share },
    price.priceCurrency,
  );
  const { orders } = (await programmeNow(trx, programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS;
  const licence: OrderedLicence = { ...units, ...price };
  const priced = { programme, kind, product, licence, currency: price.priceCurrency, amountMinor };
  return {
    order: {
      ...priced,
      decideUntil: orderExpiry(at, orders, extended === null ? null : { day: extended.endsOn, zone }),
    },
    firstDay: first,
    endsOn,
    approvedByRule: isApprovedByRule({ ...priced, placedView: view }, orders),
  };
}

async function quoteProduct(
  trx: Trx,
  { programme, product }: Extract<Ordered, { kind: 'product' }>,
  { mspId, view, at }: Orderer,
): Promise<Quote> {
  await requireParticipant(trx, programme, mspId);
  const found = await findProgramme(trx, programme);
  if (found === undefined) throw new KontorError('INTERNAL', 'A participation names no programme.');
  const { orders } = (await programmeNow(trx, programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS;
  const priced = {
    ...{ programme, kind: 'product' as const, product, licence: null },
    ...{ currency: found.baseCurrency, amountMinor: 0n },
  };
  return {
    order: { ...priced, decideUntil: orderExpiry(at, orders, null) },
    firstDay: null,
    endsOn: null,
    approvedByRule: isApprovedByRule({ ...priced, placedView: view }, orders),
  };
}

/**
 * What an order costs and when it would start, if it were approved today (rule 21). Throws VALIDATION_FAILED, METER_UNKNOWN,
 * PERIOD_INVALID, PERIOD_OPENED, PRICE_MISSING, PRICE_PLAN_MISSING, NOT_FOUND and STATE_CONFLICT.
 */
export function quoteOrder(trx: Trx, ordered: Ordered, orderer: Orderer): Promise<Quote> {
  return ordered.kind === 'product' ? quoteProduct(trx, ordered, orderer) : quoteLicence(trx, ordered, orderer);
}
