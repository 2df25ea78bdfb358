/**
 * A tenant's use of a product, metered or term, from a period until a period. A change holds from a month that was not opened
 * (rule 19); what is used is billed whether a subscription runs or not.
 */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { findTenant } from '../../db/parties/tenantStore.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { requireParticipant } from '../../db/programmes/requireTakesPart.js';
import {
  isLicensed,
  changeOf,
  listSubscriptions,
  lockSubscription,
  putSubscription,
  subscriptionIn,
  type Subscription,
  type SubscriptionKey,
} from '../../db/programmes/subscriptionStore.js';
import { productByCode } from '../../domain/catalog/index.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { periodDays, periodOf, type Period } from '../../domain/period.js';
import { changesFrom, type SubscriptionChange } from '../../domain/subscription.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route, type Context } from '../route.js';
import { period, productCode, programmeCode, uuid } from '../schemas/common.js';
import { subscription, subscriptionCourse, subscriptionEnd, subscriptionInput } from '../schemas/subscriptions.js';

const tags = ['Subscriptions'] as const;
const byMsp = z.strictObject({ mspId: uuid });
const byProduct = z.strictObject({
  mspId: uuid,
  tenantId: uuid,
  programme: programmeCode,
  product: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .meta({ description: 'Code of the product' }),
});
/** Changes of one subscription that are shown at once: ten years of one each month. */
const MOST_CHANGES = 120;

function toJson({ mspId: _mspId, ...shown }: Subscription): z.input<typeof subscription> {
  return shown;
}

async function requireTenant(trx: Trx, { mspId, tenantId }: SubscriptionKey) {
  await requireMsp(trx, mspId);
  const tenant = await findTenant(trx, mspId, tenantId);
  if (tenant === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such tenant.');
  return tenant;
}

async function course(trx: Trx, key: SubscriptionKey): Promise<z.input<typeof subscriptionCourse>> {
  return { items: (await listSubscriptions(trx, { ...key, limit: MOST_CHANGES })).map(toJson) };
}

/** Throws what speaks against a subscription of that kind from that month on. */
async function requireMayRun(
  trx: Trx,
  key: SubscriptionKey,
  kind: SubscriptionChange,
  from: Period,
  { joinedPeriod, leftPeriod }: { joinedPeriod: Period | null; leftPeriod: Period | null },
): Promise<void> {
  if ((await requireTenant(trx, key)).state === 'closed') {
    throw new KontorError('STATE_CONFLICT', 'This tenant is closed.');
  }
  if ((joinedPeriod !== null && from < joinedPeriod) || (leftPeriod !== null && from > leftPeriod)) {
    throw fieldError('PERIOD_INVALID', '/fromPeriod', `In ${from} this MSP takes no part in "${key.programme}".`);
  }
  await requireProductEnabled(trx, key);
  if (kind === 'term' && !(await isLicensed(trx, key, periodDays(from)))) {
    throw fieldError('STATE_CONFLICT', '/kind', `No term licence of this product covers the tenant in ${from}.`);
  }
}

/** Starts, changes or ends: rows, audit event, and what the subscription is then. */
async function change(
  { params: key, actor, receivedAt, transaction }: Context<z.output<typeof byProduct>, unknown, unknown>,
  kind: SubscriptionChange,
  body: { fromPeriod?: Period | undefined; reason?: string | undefined },
): Promise<z.input<typeof subscriptionCourse>> {
  return transaction(async (trx) => {
    const reason = body.reason ?? null;
    const wasChanging = await lockSubscription(trx, key);
    await requireTenant(trx, key);
    if (productByCode(key.product) === undefined) throw new KontorError('NOT_FOUND', 'There is no such product.');
    const registration = await requireParticipant(trx, key.programme, key.mspId);
    const fromPeriod = changesFrom(kind, body.fromPeriod, periodOf(receivedAt, registration.msp.zone));
    await requireUnopened(trx, key.programme, fromPeriod, '/fromPeriod');
    // Of two opposite changes at once the second is told of the first (case 59); later it may be changed again.
    const set = await changeOf(trx, key, fromPeriod);
    if (wasChanging && set !== undefined && set !== kind) {
      throw new KontorError('ALREADY_DECIDED', `Somebody else set "${set}" from ${fromPeriod} on just now.`);
    }
    if (kind !== 'ended') await requireMayRun(trx, key, kind, fromPeriod, registration);
    const before = await subscriptionIn(trx, key, fromPeriod);
    if (kind === 'ended' && before === undefined) {
      throw new KontorError('STATE_CONFLICT', `No subscription of this tenant and product runs in ${fromPeriod}.`);
    }
    await putSubscription(trx, { ...key, kind, fromPeriod, orderId: null, at: receivedAt, by: actor, reason });
    appendAudit(trx, {
      at: receivedAt,
      actor,
      action: kind === 'ended' ? 'subscription.ended' : 'subscription.set',
      subject: `tenant:${key.tenantId}`,
      mspId: key.mspId,
      before: before === undefined ? null : { kind: before.kind, fromPeriod: before.fromPeriod },
      after: { programme: key.programme, product: key.product, kind, fromPeriod },
      reason,
    });
    return course(trx, key);
  });
}

const changed = { 200: { description: 'The subscription as it is now', schema: subscriptionCourse } };
const ADDRESS = '/v1/msps/{mspId}/tenants/{tenantId}/subscriptions/{programme}/{product}';

export const subscriptionRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/subscriptions',
    summary: 'List the subscriptions of an MSP’s tenants',
    tags,
    action: 'subscriptions.read',
    params: byMsp,
    query: z.strictObject({
      ...PAGE_QUERY,
      ...{ programme: programmeCode.optional(), tenantId: uuid.optional(), product: productCode.optional() },
      period: period.optional().meta({ description: 'In force in this month' }),
    }),
    responses: { 200: { description: 'A page of subscriptions', schema: pageOf(subscription) } },
    handler: async ({ params: { mspId }, query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([uuid, z.string(), z.string(), z.string()]));
      const found = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return listSubscriptions(trx, { ...filter, mspId, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(found, limit, (one) => [one.tenantId, one.programme, one.product, one.fromPeriod], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: ADDRESS,
    summary: "Show a tenant's use of a product over time",
    tags,
    action: 'subscriptions.read',
    params: byProduct,
    responses: { 200: { description: 'By first month', schema: subscriptionCourse } },
    handler: async ({ params, transaction }) => {
      const shown = await transaction(async (trx) => {
        await requireTenant(trx, params);
        return course(trx, params);
      });
      return reply(200, shown);
    },
  }),
  route({
    method: 'put',
    path: ADDRESS,
    summary: "Start a tenant's subscription to a product, or change its kind",
    description: 'From the next month unless another is given; PERIOD_OPENED for a month that was opened (rule 19).',
    tags,
    action: 'subscriptions.manage',
    params: byProduct,
    body: subscriptionInput,
    responses: changed,
    handler: async (context) => reply(200, await change(context, context.body.kind, context.body)),
  }),
  route({
    method: 'post',
    path: `${ADDRESS}/end`,
    summary: "End a tenant's subscription to a product with a month",
    description:
      "The tenant's keys of the product end with it. The running month is used and billed: it ends from the next one on. " +
      'What is used afterwards all the same is a discrepancy (usage after revocation).',
    tags,
    action: 'subscriptions.manage',
    params: byProduct,
    body: subscriptionEnd,
    responses: changed,
    handler: async (context) => reply(200, await change(context, 'ended', context.body)),
  }),
];
