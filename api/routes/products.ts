/** Which products of a programme an MSP may use: open to all, by contract, or by an order (rule 21). */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { disableProduct, enableProduct, productsOf, type ProductOfMsp } from '../../db/programmes/enabledProducts.js';
import { findStanding } from '../../db/programmes/participationStore.js';
import { requireTakesPart } from '../../db/programmes/requireTakesPart.js';
import { productByCode } from '../../domain/catalog/index.js';
import { KontorError } from '../../domain/errors.js';
import { requireMsp } from '../requireMsp.js';
import { emptyReply, reply, route } from '../route.js';
import { programmeCode, uuid } from '../schemas/common.js';
import { reasonInput } from '../schemas/participations.js';
import { productOfMsp, productsOfMsp } from '../schemas/products.js';

const tags = ['Products'] as const;
const byProgramme = z.strictObject({ mspId: uuid, programme: programmeCode });
const byProduct = z.strictObject({
  ...byProgramme.shape,
  product: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .meta({ description: 'Code of the product' }),
});

/** NOT_FOUND where the reader sees no such participation: whether the programme or the MSP exists is not told. */
async function requireParticipation(trx: Trx, { mspId, programme }: z.output<typeof byProgramme>): Promise<void> {
  await requireMsp(trx, mspId);
  if ((await findStanding(trx, programme, mspId)) !== undefined) return;
  throw new KontorError('NOT_FOUND', `This MSP takes no part in "${programme}".`);
}

async function show(trx: Trx, use: z.output<typeof byProduct>, at: Date): Promise<ProductOfMsp> {
  const found = (await productsOf(trx, use, at)).find(({ product }) => product === use.product);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such product.');
  return found;
}

export const productRoutes = [
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/programmes/{programme}/products',
    summary: 'List the products of a programme as an MSP may use them',
    description: 'Whether open to all, by contract or by which order, and what of each is in use, enabled or not.',
    tags,
    action: 'products.read',
    params: byProgramme,
    responses: { 200: { description: 'Every product of the catalogue', schema: productsOfMsp } },
    handler: async ({ params, receivedAt, transaction }) => {
      const items = await transaction(async (trx) => {
        await requireParticipation(trx, params);
        return productsOf(trx, params, receivedAt);
      });
      return reply(200, { items });
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/programmes/{programme}/products/{product}',
    summary: 'Let an MSP use a product by contract',
    description: 'Without an order of its own. What is enabled already, by contract or order, stays as it is.',
    tags,
    action: 'products.manage',
    params: byProduct,
    body: reasonInput,
    responses: { 200: { description: 'The product as it may be used now', schema: productOfMsp } },
    handler: async ({ params, body: { reason }, actor, receivedAt, transaction }) => {
      const shown = await transaction(async (trx) => {
        await requireParticipation(trx, params);
        await requireTakesPart(trx, params.programme, params.mspId);
        if (productByCode(params.product) === undefined)
          throw new KontorError('NOT_FOUND', 'There is no such product.');
        const made = await enableProduct(trx, { ...params, orderId: null, at: receivedAt, by: actor, reason });
        if (made) {
          appendAudit(trx, {
            at: receivedAt,
            actor,
            action: 'product.enabled',
            subject: `msp:${params.mspId}`,
            mspId: params.mspId,
            after: { programme: params.programme, product: params.product, how: 'contract' },
            reason,
          });
        }
        return show(trx, params, receivedAt);
      });
      return reply(200, shown);
    },
  }),
  route({
    method: 'delete',
    path: '/v1/msps/{mspId}/programmes/{programme}/products/{product}',
    summary: 'No more let an MSP use a product',
    description:
      'STATE_CONFLICT while any of it is in use: its sites are retired, its keys ended and its licences over first, so that ' +
      'no month holds use of what was not enabled (rule 19). What was used is billed.',
    tags,
    action: 'products.manage',
    params: byProduct,
    responses: { 204: { description: 'Not enabled any more' } },
    handler: async ({ params, actor, receivedAt, transaction }) => {
      await transaction(async (trx) => {
        await requireParticipation(trx, params);
        const before = await disableProduct(trx, params);
        if (before === undefined) throw new KontorError('NOT_FOUND', 'That product is not enabled for this MSP.');
        const { inUse } = await show(trx, params, receivedAt);
        const used = Object.entries(inUse).filter(([, count]) => count > 0);
        if (used.length > 0) {
          const what = used.map(([name, count]) => `${name}: ${count}`).join(', ');
          throw new KontorError('STATE_CONFLICT', `It is in use: ${what}. End that first.`);
        }
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'product.disabled',
          subject: `msp:${params.mspId}`,
          mspId: params.mspId,
          before: { programme: params.programme, ...before },
        });
      });
      return emptyReply(204);
    },
  }),
];
