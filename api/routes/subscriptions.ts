/**
 * A tenant's use of a product, metered or term, from a period until a period. A change holds from a month that was not opened
 * (rule 19); what is used is billed whether a subscription runs or not.
 */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import {
  listSubscriptions,
  lockSubscription,
  putSubscription,
  type Subscription,
  type SubscriptionKey,
} from '../../db/programmes/subscriptionStore.js';
import { KontorError } from '../../domain/errors.js';
import type { Period } from '../../domain/period.js';
import type { SubscriptionChange } from '../../domain/subscription.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route, type Context } from '../route.js';
import { period, productCode, programmeCode, uuid } from '../schemas/common.js';
import {
  subscription,
  subscriptionCourse,
  subscriptionEnd,
  subscriptionInput,
  subscriptionPreview,
  subscriptionPreviewInput,
} from '../schemas/subscriptions.js';
import { foreseeChange, requireConfirmed, requireSeenTenant } from '../subscriptions/foreseeChange.js';

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

async function course(trx: Trx, key: SubscriptionKey): Promise<z.input<typeof subscriptionCourse>> {
  return { items: (await listSubscriptions(trx, { ...key, limit: MOST_CHANGES })).map(toJson) };
}

interface Wish {
  fromPeriod?: Period | undefined;
  reason?: string | undefined;
  confirmed?: string | undefined;
}

type Changing<Body> = Context<z.output<typeof byProduct>, unknown, Body>;

/** Starts, changes or ends: rows, audit event, and what the subscription is then. */
async function change(
  { params: key, body, actor, receivedAt, deps, transaction }: Changing<Wish>,
  kind: SubscriptionChange,
): Promise<z.input<typeof subscriptionCourse>> {
  await transaction((trx) => requireSeenTenant(trx, key));
  // What was confirmed holds prices, which are not the MSP's to read as such.
  return deps.db.transaction(ALL, async (trx) => {
    const reason = body.reason ?? null;
    const wasChanging = await lockSubscription(trx, key);
    const { fromPeriod, set, before, preview } = await foreseeChange(trx, key, kind, body.fromPeriod, receivedAt);
    // Of two opposite changes at once the second is told of the first (case 59); later it may be changed again.
    if (wasChanging && set !== undefined && set !== kind) {
      throw new KontorError('ALREADY_DECIDED', `Somebody else set "${set}" from ${fromPeriod} on just now.`);
    }
    requireConfirmed(preview, body.confirmed);
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
        await requireSeenTenant(trx, params);
        return course(trx, params);
      });
      return reply(200, shown);
    },
  }),
  route({
    method: 'post',
    path: `${ADDRESS}/preview`,
    summary: "Say what follows from a change of a tenant's subscription before it is made",
    description:
      'Nothing is kept. What would be refused is refused here, with the same code and field. The digest is sent along with the ' +
      'change as `confirmed`: if something else would follow by then, the change is refused (CHANGE_NOT_CONFIRMED).',
    tags,
    action: 'subscriptions.manage',
    params: byProduct,
    body: subscriptionPreviewInput,
    responses: { 200: { description: 'What follows, if it is made now', schema: subscriptionPreview } },
    handler: async ({ params, body, receivedAt, deps, transaction }) => {
      await transaction((trx) => requireSeenTenant(trx, params));
      // Price plans are not the MSP's to read; what it would pay is.
      const { preview } = await deps.db.transaction(ALL, (trx) =>
        foreseeChange(trx, params, body.change, body.fromPeriod, receivedAt),
      );
      return reply(200, preview);
    },
  }),
  route({
    method: 'put',
    path: ADDRESS,
    summary: "Start a tenant's subscription to a product, or change its kind",
    description:
      'From the next month unless another is given; PERIOD_OPENED for a month that was opened (rule 19). CHANGE_NOT_CONFIRMED ' +
      'where `confirmed` is the digest of another preview than that of now.',
    tags,
    action: 'subscriptions.manage',
    params: byProduct,
    body: subscriptionInput,
    responses: changed,
    handler: async (context) => reply(200, await change(context, context.body.kind)),
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
    handler: async (context) => reply(200, await change(context, 'ended')),
  }),
];
