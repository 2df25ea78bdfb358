import type { Actor } from '../../domain/access/actor.js';
import { requireFourEyes } from '../../db/access/requireFourEyes.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { endOrder, lockOrder } from '../../db/orders/orderStore.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import {
  insertTermLicence,
  lockTermLicence,
  requireNotRenewed,
  type TermLicence,
} from '../../db/prices/termLicenceStore.js';
import { enableProduct } from '../../db/programmes/enabledProducts.js';
import { requireParticipant } from '../../db/programmes/requireTakesPart.js';
import { answerersOf } from '../../db/quotes/quoteStore.js';
import { firstUnopenedIfOpened, requireUnopened } from '../../db/programmes/periods.js';
import { putSubscription, subscriptionIn } from '../../db/programmes/subscriptionStore.js';
import { lockSite } from '../../db/sites/siteStore.js';
import { KontorError } from '../../domain/errors.js';
import { instalmentsOf } from '../../domain/licences/termPrice.js';
import { firstDay, licenceDays, ORDER_ENDS, requirePlaced, type Order, type OrderEnd } from '../../domain/order.js';
import { dayOf, parsePeriod, type Day } from '../../domain/period.js';
import { orderMails } from './mails.js';

export interface SettleOrderInput {
  mspId: string;
  orderId: string;
  end: OrderEnd;
  /** Mandatory with `refuse`. */
  reason: string | null;
  how: 'rule' | 'person';
  actor: Actor;
  /** ISO instant of the decision: chosen by the workflow, the same for every attempt. */
  at: string;
}

/** The licence that an approved order makes: from the day of approval or later (rule 21). */
function licenceFrom(
  order: Order,
  ordered: NonNullable<Order['licence']>,
  term: TermLicence | null,
  from: Day,
): TermLicence {
  const { startsOn, endsOn } = licenceDays(order.kind, from, ordered.years, term);
  const { siteId, tenantId, meter, count, years, unitPrice, priceCurrency, billing } = ordered;
  const isExtension = order.kind === 'extension';
  const termStartsOn = isExtension && term !== null ? term.startsOn : startsOn;
  return {
    ...{ mspId: order.mspId, id: order.id, orderId: order.id, siteId, tenantId, meter, count },
    ...{ startsOn, endsOn, agreedUntil: endsOn, termStartsOn, years, unitPrice, priceCurrency, billing },
    extends: isExtension ? ordered.licenceId : null,
    renews: order.kind === 'renewal' ? ordered.licenceId : null,
    instalments: instalmentsOf(billing, { termStartsOn, startsOn, years }),
    ...{ endedAt: null, endedBy: null, endReason: null },
  };
}

/** A term licence of a tenant makes its use of the product one by term, from the month in which it starts. */
async function subscribe(trx: Trx, order: Order, licence: TermLicence, at: Date, actor: Actor): Promise<void> {
  const { mspId, tenantId, startsOn } = licence;
  if (tenantId === null) return;
  const key = { mspId, programme: order.programme, tenantId, product: order.product };
  const fromPeriod = parsePeriod(startsOn.slice(0, 7));
  if ((await subscriptionIn(trx, key, fromPeriod))?.kind === 'term') return;
  await putSubscription(trx, { ...key, kind: 'term', fromPeriod, orderId: order.id, at, by: actor, reason: null });
}

/** What an approval brings about, in the transaction that approves. */
async function takeEffect(trx: Trx, order: Order, at: Date, actor: Actor): Promise<TermLicence | null> {
  const { programme, mspId, licence: ordered } = order;
  const { msp, leftPeriod } = await requireParticipant(trx, programme, mspId);
  if (ordered === null) {
    await enableProduct(trx, {
      mspId,
      programme,
      product: order.product,
      orderId: order.id,
      at,
      by: actor,
      reason: null,
    });
    return null;
  }
  if ((await lockSite(trx, mspId, ordered.siteId))?.state === 'retired') {
    throw new KontorError('STATE_CONFLICT', 'The site of this order is retired by now.');
  }
  // Locked: it is not ended, nor renewed by another order, at the same time.
  const term = ordered.licenceId === null ? null : ((await lockTermLicence(trx, mspId, ordered.licenceId)) ?? null);
  if (order.kind === 'renewal' && term !== null) await requireNotRenewed(trx, term);
  const from = firstDay(ordered.startsOn, dayOf(at, msp.zone), await firstUnopenedIfOpened(trx, programme));
  if (leftPeriod !== null && from.slice(0, 7) > leftPeriod) {
    throw new KontorError('STATE_CONFLICT', `This MSP leaves "${programme}" with ${leftPeriod}.`);
  }
  await requireUnopened(trx, programme, from.slice(0, 7), '/startsOn');
  const licence = licenceFrom(order, ordered, term, from);
  await insertTermLicence(trx, licence);
  await subscribe(trx, order, licence, at, actor);
  return licence;
}

/**
 * Ends an order: its state, what an approval brings about, letters and audit event are one transaction. Throws NOT_FOUND,
 * ALREADY_DECIDED, FOUR_EYES_REQUIRED (rule 18: who ordered does not approve), STATE_CONFLICT. Idempotent by decision: an
 * attempt that finds its own (same instant, same actor) answers with it.
 */
export async function settle(trx: Trx, input: SettleOrderInput): Promise<Order> {
  const { mspId, orderId, end, reason, how, actor } = input;
  const at = new Date(input.at);
  const order = await lockOrder(trx, mspId, orderId);
  if (order === undefined) throw new KontorError('NOT_FOUND', 'There is no such order.');
  const state = ORDER_ENDS[end];
  if (order.state === state && order.decidedAt?.getTime() === at.getTime() && order.decidedBy?.id === actor.id)
    return order;
  requirePlaced(order.state);
  if (end === 'approve' && how === 'person') {
    // Whoever answered the quote behind it has made the order as well.
    const first = [order.placedBy, ...(await answerersOf(trx, { mspId, orderId }))];
    await requireFourEyes(trx, first, actor, 'approves an order');
  }
  const settled: Order = { ...order, state, decidedAt: at, decidedBy: actor, decidedHow: how, reason };
  await endOrder(trx, order, settled);
  const licence = end === 'approve' ? await takeEffect(trx, order, at, actor) : null;
  await enqueueMails(trx, await orderMails(trx, settled, licence), at);
  appendAudit(trx, {
    at,
    actor,
    action: `order.${state}`,
    subject: `order:${orderId}`,
    mspId,
    before: { state: order.state },
    after: { state, how, licence: licence === null ? null : { startsOn: licence.startsOn, endsOn: licence.endsOn } },
    reason,
  });
  return settled;
}
