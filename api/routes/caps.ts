/**
 * The most that a tenant is meant to use of a meter. It holds from a month that has not begun; what exceeds it is told, never
 * refused, and billed (rule 2).
 */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { capCourse, putCap, type CapKey } from '../../db/programmes/capStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { requireParticipant } from '../../db/programmes/requireTakesPart.js';
import { lockSubscription, subscriptionIn } from '../../db/programmes/subscriptionStore.js';
import { capList } from '../../db/readModels/capList.js';
import { METER_CODES, PRODUCTS } from '../../domain/catalog/index.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { periodOf } from '../../domain/period.js';
import { capFrom } from '../../domain/subscription.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireFilters } from '../requireFilters.js';
import { reply, route } from '../route.js';
import { capCourse as capCourseJson, capInput, capUse } from '../schemas/caps.js';
import { period, programmeCode, uuid } from '../schemas/common.js';
import { requireSeenTenant } from '../subscriptions/foreseeChange.js';

const tags = ['Subscriptions'] as const;
const byMeter = z.strictObject({
  ...{ mspId: uuid, tenantId: uuid, programme: programmeCode },
  meter: z
    .string()
    .regex(/^[a-z0-9._-]{1,80}$/)
    .meta({ description: 'Code of the meter' }),
});
/** Changes of one cap that are shown at once: ten years of one each month. */
const MOST_CHANGES = 120;

function productOf(meter: string): string {
  const product = PRODUCTS.find(({ meters }) => meters.some(({ code }) => code === meter));
  if (product === undefined) throw new KontorError('NOT_FOUND', 'There is no such meter.');
  return product.code;
}

async function courseOf(trx: Trx, key: CapKey): Promise<z.input<typeof capCourseJson>> {
  return { items: await capCourse(trx, key, MOST_CHANGES) };
}

const ADDRESS = '/v1/msps/{mspId}/tenants/{tenantId}/caps/{programme}/{meter}';
const shown = { 200: { description: 'All that was set, the latest month first', schema: capCourseJson } };

export const capRoutes = [
  route({
    method: 'get',
    path: '/v1/subscription-caps',
    summary: 'List caps with what was used in a month, and by how much that exceeds them',
    description:
      'By MSP, programme, tenant and meter. An MSP sees its own, a distributor those of MSPs that it bills now, whoever sees ' +
      'some tenants only those of these. A cap refuses nothing: all that is used is billed.',
    tags,
    action: 'subscriptions.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      period: period.optional().meta({ description: 'The running month, in UTC, if it is left out' }),
      ...{ programme: programmeCode.optional(), mspId: uuid.optional(), tenantId: uuid.optional() },
      meter: z.enum(METER_CODES).optional(),
      over: z
        .enum(['true', 'false'])
        .transform((value) => value === 'true')
        .optional()
        .meta({ type: 'boolean', description: 'Whether more was used than the cap' }),
    }),
    responses: { 200: { description: 'A page of caps', schema: pageOf(capUse) } },
    handler: async ({ query: { limit, after, period: month, ...filters }, receivedAt, transaction }) => {
      const cursor = readCursor(after, z.tuple([uuid, z.string(), uuid, z.string()]));
      const filter = { ...filters, period: month ?? periodOf(receivedAt, 'UTC'), limit: limit + 1, after: cursor };
      const found = await transaction(async (trx) => {
        const caps = await capList(trx, filter);
        if (caps.length === 0) await requireFilters(trx, filters);
        return caps;
      });
      return reply(
        200,
        toPage(
          found,
          limit,
          (one) => [one.mspId, one.programme, one.tenantId, one.meter],
          (one) => one,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: ADDRESS,
    summary: 'Show the caps of a tenant and meter over time',
    tags,
    action: 'subscriptions.read',
    params: byMeter,
    responses: shown,
    handler: async ({ params, transaction }) =>
      reply(
        200,
        await transaction(async (trx) => {
          await requireSeenTenant(trx, params);
          return courseOf(trx, params);
        }),
      ),
  }),
  route({
    method: 'put',
    path: ADDRESS,
    summary: 'Set, change or remove the cap of a tenant and meter from a month on',
    description:
      'From the next month unless a later one is given; PERIOD_OPENED for a month that was opened (rule 19). A subscription of ' +
      'the tenant to the product runs in that month. Nothing is refused or cut by a cap.',
    tags,
    action: 'subscriptions.manage',
    params: byMeter,
    body: capInput,
    responses: shown,
    handler: async ({ params: key, body, actor, receivedAt: at, transaction }) => {
      const { quantity, reason = null } = body;
      const set = await transaction(async (trx) => {
        const wasChanging = await lockSubscription(trx, { ...key, product: key.meter });
        await requireSeenTenant(trx, key);
        const product = productOf(key.meter);
        const { msp } = await requireParticipant(trx, key.programme, key.mspId);
        const fromPeriod = capFrom(body.fromPeriod, periodOf(at, msp.zone));
        await requireUnopened(trx, key.programme, fromPeriod, '/fromPeriod');
        const before = (await capCourse(trx, key, MOST_CHANGES)).find((one) => one.fromPeriod <= fromPeriod);
        if (wasChanging && before?.fromPeriod === fromPeriod && before.quantity !== quantity) {
          throw new KontorError('ALREADY_DECIDED', `Somebody else set another cap from ${fromPeriod} on just now.`);
        }
        if (quantity === null && before === undefined) {
          throw fieldError('STATE_CONFLICT', '/quantity', `There is no cap in ${fromPeriod} that could be removed.`);
        }
        if (quantity !== null && (await subscriptionIn(trx, { ...key, product }, fromPeriod)) === undefined) {
          throw fieldError(
            'STATE_CONFLICT',
            '/fromPeriod',
            `No subscription of this tenant to ${product} runs in ${fromPeriod}: start it first.`,
          );
        }
        await putCap(trx, { ...key, quantity, fromPeriod, reason, at, by: actor });
        appendAudit(trx, {
          ...{ at, actor, action: quantity === null ? 'cap.removed' : 'cap.set', subject: `tenant:${key.tenantId}` },
          mspId: key.mspId,
          before: before === undefined ? null : { quantity: before.quantity, fromPeriod: before.fromPeriod },
          after: { programme: key.programme, meter: key.meter, quantity, fromPeriod },
          reason,
        });
        return courseOf(trx, key);
      });
      return reply(200, set);
    },
  }),
];
