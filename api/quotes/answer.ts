import type { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { plansFor } from '../../db/closing/monthInputs.js';
import type { Trx } from '../../db/connect.js';
import { storedVendor } from '../../db/parties/storedParty.js';
import { findRegistration } from '../../db/programmes/participationStore.js';
import {
  answerQuote,
  lockQuote,
  nextQuoteNumber,
  quotedCompany,
  quotingProgramme,
  type Quote,
} from '../../db/quotes/quoteStore.js';
import type { Actor } from '../../domain/access/actor.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { minorToDecimalString } from '../../domain/money.js';
import type { Order, OrderedLicence } from '../../domain/order.js';
import { dayOf, periodOf, type Day, type Period } from '../../domain/period.js';
import { quoteDates, quoteTotalMinor, type QuotePaper } from '../../domain/quote.js';
import { quoteOrder, type Orderer } from '../orders/quoteOrder.js';
import type { orderInput } from '../schemas/orders.js';
import type { quoteAnswer } from '../schemas/quotes.js';

/** The currency of the list by which the company pays: its distributor's, its own as a distributor, or the base list. */
async function currencyOf(trx: Trx, { programme, companyId }: Quote, period: Period, base: string): Promise<string> {
  const payee = (await findRegistration(trx, programme, companyId))?.distributorId ?? companyId;
  const plans = await plansFor(trx, { programme, period });
  return plans.find((one) => one.distributorId === payee || one.distributorId === null)?.currency ?? base;
}

/** What is printed as asked for is what is ordered (rule 21). */
function requireAsAsked(licence: OrderedLicence | null, { quantity, years }: Pick<Quote, 'quantity' | 'years'>): void {
  if (licence === null) return;
  if (licence.count !== quantity) {
    throw fieldError('VALIDATION_FAILED', '/order/count', `${quantity} were asked for: order as many, or withdraw it.`);
  }
  if (years === null || licence.years === years) return;
  throw fieldError('VALIDATION_FAILED', '/order/years', `A term of ${years} years was asked for.`);
}

/** The paper promises its last day: the order can still be placed at its end, at the same price. */
async function requireSameOnLastDay(
  trx: Trx,
  order: z.output<typeof orderInput>,
  { at, ...orderer }: Orderer,
  today: Pick<Order, 'currency' | 'amountMinor'>,
  validUntil: Day,
): Promise<void> {
  const refuse = (why: string) =>
    fieldError(
      'VALIDATION_FAILED',
      '/validUntil',
      `On ${validUntil} this order could not be placed as it is quoted: ${why} Name an earlier last day, or a later startsOn.`,
    );
  const last = await quoteOrder(trx, order, { ...orderer, at: new Date(at.getTime() - 1) }).catch((error: unknown) => {
    throw error instanceof KontorError ? refuse(error.message) : error;
  });
  const { currency, amountMinor } = last.order;
  if (amountMinor === today.amountMinor && currency === today.currency) return;
  throw refuse(`it costs ${minorToDecimalString(amountMinor, currency)} ${currency} then.`);
}

/**
 * Answers a quote with lines and a last day; it gets its number. Where it is to become an order, that is priced now as an order
 * is, and the lines come to the same (rule 21). Throws NOT_FOUND, ALREADY_DECIDED, VALIDATION_FAILED on `/lines`, `/validUntil` or
 * `/order`, PRICE_NOT_CONFIRMED on `/lines`, and what pricing an order throws.
 */
export async function answerOnce(
  trx: Trx,
  id: string,
  answer: z.output<typeof quoteAnswer>,
  { actor, at }: { actor: Actor; at: Date },
): Promise<void> {
  const { lines, validUntil, note = null, order } = answer;
  const quote = await lockQuote(trx, id);
  if (quote === undefined) throw new KontorError('NOT_FOUND', 'There is no such quote.');
  if (quote.state !== 'requested') throw new KontorError('ALREADY_DECIDED', `This quote is ${quote.state} already.`);
  const { programme, companyId, view, product, wish, quantity, years } = quote;
  const [from, to] = [await quotingProgramme(trx, programme), await quotedCompany(trx, companyId)];
  if (from === undefined || to === undefined) {
    throw new KontorError('STATE_CONFLICT', 'The company that asked has ended: withdraw the quote.');
  }
  const today = dayOf(at, to.zone);
  const dates = quoteDates(at, today, validUntil, to.zone);
  let currency: string;
  if (order === undefined) {
    currency = await currencyOf(trx, quote, periodOf(at, to.zone), from.baseCurrency);
  } else {
    if (view !== 'service_provider') {
      throw fieldError(
        'VALIDATION_FAILED',
        '/order',
        'Orders are placed by MSPs, and this quote was not asked for by one.',
      );
    }
    const { order: priced } = await quoteOrder(trx, order, { mspId: companyId, view, at });
    if (priced.programme !== programme || priced.product !== product) {
      throw fieldError('VALIDATION_FAILED', '/order', `The quote is of ${product} in "${programme}".`);
    }
    requireAsAsked(priced.licence, quote);
    await requireSameOnLastDay(trx, order, { mspId: companyId, view, at: dates.expiresAt }, priced, validUntil);
    currency = priced.currency;
    const total = quoteTotalMinor(lines, currency);
    if (total !== priced.amountMinor) {
      const [said, costs] = [total, priced.amountMinor].map((minor) => minorToDecimalString(minor, currency));
      throw fieldError(
        'PRICE_NOT_CONFIRMED',
        '/lines',
        `They come to ${said} ${currency}, the order to ${costs} ${currency}.`,
      );
    }
  }
  const totalMinor = quoteTotalMinor(lines, currency);
  const number = await nextQuoteNumber(trx, programme, Number(today.slice(0, 4)));
  const { locale, zone, ...company } = to;
  const { name, registrationNumber, address, country } = storedVendor(from.vendor, programme);
  const paper: QuotePaper = {
    ...{ number, locale, zone, date: today, validUntil, programmeName: from.name },
    vendor: { name, registrationNumber, address, country },
    ...{ company, product, wish, quantity, years, currency, lines, note, isOrder: order !== undefined },
  };
  const answered = { answeredAt: at, answeredBy: actor, ...dates };
  await answerQuote(trx, id, { number, paper, currency, totalMinor, ordered: order ?? null, ...answered });
  appendAudit(trx, {
    ...{ at, actor, action: 'quote.answered', subject: `quote:${id}` },
    after: {
      number,
      validUntil,
      total: minorToDecimalString(totalMinor, currency),
      currency,
      isOrder: order !== undefined,
    },
  });
}
