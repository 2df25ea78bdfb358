import { z } from 'zod';
import { insertOnlyDecision } from '../../db/access/decisionStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import type { DecisionContent } from '../../domain/decision.js';
import { findOrder, listOrders } from '../../db/orders/orderStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { requirePlaced, type Order } from '../../domain/order.js';
import { askOrderDecision } from '../../starts/order.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { orderJson, placeOrder, priceOf, termsOf } from '../orders/placeOrder.js';
import { quoteOrder } from '../orders/quoteOrder.js';
import { senderOf } from '../principal.js';
import { requireMsp } from '../requireMsp.js';
import { PENDING, reply, route, type Context } from '../route.js';
import { cursorText, pending, programmeCode, uuid } from '../schemas/common.js';
import {
  order,
  orderDecision,
  orderOutcome,
  orderState,
  orderWithdrawal,
  placedOrder,
  quote,
  quoteInput,
} from '../schemas/orders.js';

const tags = ['Orders'] as const;
const byMsp = z.strictObject({ mspId: uuid });
const byOrder = z.strictObject({ mspId: uuid, orderId: uuid });

async function requireOrder(trx: Trx, { mspId, orderId }: z.output<typeof byOrder>): Promise<Order> {
  await requireMsp(trx, mspId);
  const found = await findOrder(trx, mspId, orderId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such order.');
  return found;
}

/** Keeps what ends the order and passes it to its workflow: the outcome, or PENDING where no worker took it in time. */
async function decide(context: Context<z.output<typeof byOrder>, unknown, unknown>, content: DecisionContent<'order'>) {
  const { params, requestId, actor, receivedAt: at, deps, limits, transaction } = context;
  if (content.end === 'refuse' && (content.reason ?? '').trim() === '') {
    throw fieldError('REASON_REQUIRED', '/reason', 'A refusal needs a reason, which the MSP reads.');
  }
  const found = await transaction((trx) => requireOrder(trx, params));
  const { programme, mspId, id: orderId, decideUntil } = found;
  const made = { id: requestId, kind: 'order', subject: `order:${orderId}`, content, actor, at } as const;
  await deps.db.transaction(ALL, (trx) =>
    insertOnlyDecision(trx, made, () => {
      requirePlaced(found.state);
    }),
  );
  const answer = await askOrderDecision(
    deps,
    { programme, mspId, orderId, decideUntil },
    { decisionId: requestId },
    { requestId, timeoutMs: limits.updateTimeoutMs },
  );
  return answer.answered ? reply(200, answer.result) : PENDING;
}

const decided = {
  200: { description: 'Decided', schema: orderOutcome },
  202: { description: 'No worker took it in time; ask again', schema: pending },
};

export const orderRoutes = [
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/orders/quote',
    summary: 'Price an order before it is placed',
    description: 'Nothing is kept. The price is confirmed with the order (rule 21).',
    tags,
    action: 'licences.order',
    params: byMsp,
    body: quoteInput,
    responses: { 200: { description: 'What it costs, and when it would start', schema: quote } },
    handler: async ({ deps, params: { mspId }, body, principal, receivedAt, transaction }) => {
      await transaction((trx) => requireMsp(trx, mspId));
      // Price plans are not the MSP's to read; what it would pay is.
      const { order: priced, ...rest } = await deps.db.transaction(ALL, (trx) =>
        quoteOrder(trx, body.order, { mspId, view: senderOf(principal).view, at: receivedAt }),
      );
      const { programme, product, licence } = priced;
      return reply(200, { programme, product, licence: termsOf(licence), price: priceOf(priced), ...rest });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/orders',
    summary: 'Place an order at its quoted price',
    description:
      'Approved by a rule of the programme, or by the partner team; it starts on the day of approval or later, never in a ' +
      'month that was opened (rules 19 and 21). PRICE_NOT_CONFIRMED where the price is another than the one confirmed.',
    tags,
    action: 'licences.order',
    params: byMsp,
    body: placedOrder,
    responses: { 202: { description: 'Kept; a rule or the partner team decides', schema: order } },
    handler: async ({ params: { mspId }, body, principal, actor, receivedAt, requestId: id, deps, transaction }) => {
      await transaction((trx) => requireMsp(trx, mspId));
      const { order: ordered, confirmedPrice } = body;
      const orderer = { mspId, view: senderOf(principal).view, at: receivedAt };
      const placed = await deps.db.transaction(ALL, (trx) =>
        placeOrder(trx, { id, ordered, confirmedPrice, actor, ...orderer }),
      );
      deps.starts.kept();
      return reply(202, orderJson(placed));
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/orders',
    summary: 'List the orders of an MSP, the latest first',
    tags,
    action: 'licences.read',
    params: byMsp,
    query: z.strictObject({ ...PAGE_QUERY, state: orderState.optional() }),
    responses: { 200: { description: 'A page of orders', schema: pageOf(order) } },
    handler: async ({ params: { mspId }, query: { limit, after, state }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorText, uuid]));
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return listOrders(trx, { mspId, state, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(found, limit, ({ placedAt, id }) => [placedAt.toISOString(), id], orderJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/orders',
    summary: 'List orders of all MSPs, the latest first',
    tags,
    action: 'orders.read',
    query: z.strictObject({ ...PAGE_QUERY, programme: programmeCode.optional(), state: orderState.optional() }),
    responses: { 200: { description: 'A page of orders', schema: pageOf(order) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorText, uuid]));
      const found = await transaction((trx) => listOrders(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, ({ placedAt, id }) => [placedAt.toISOString(), id], orderJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/orders/{orderId}',
    summary: 'Show an order',
    tags,
    action: 'licences.read',
    params: byOrder,
    responses: { 200: { description: 'The order', schema: order } },
    handler: async ({ params, transaction }) =>
      reply(200, orderJson(await transaction((trx) => requireOrder(trx, params)))),
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/orders/{orderId}/decision',
    summary: 'Approve or refuse an order',
    description:
      'Once. A refusal needs a reason (REASON_REQUIRED); a second decision is ALREADY_DECIDED; who ordered does not approve ' +
      '(FOUR_EYES_REQUIRED, rule 18). What is approved starts today or later.',
    tags,
    action: 'orders.decide',
    params: byOrder,
    body: orderDecision,
    responses: decided,
    handler: (context) => {
      const { decision, reason = null } = context.body;
      return decide(context, { end: decision, reason });
    },
  }),
  route({
    method: 'post',
    path: '/v1/msps/{mspId}/orders/{orderId}/withdraw',
    summary: 'Withdraw an order that waits',
    tags,
    action: 'licences.order',
    params: byOrder,
    body: orderWithdrawal,
    responses: decided,
    handler: (context) => decide(context, { end: 'withdraw', reason: context.body.reason ?? null }),
  }),
];
