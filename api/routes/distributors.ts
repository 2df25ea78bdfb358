import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { insertDistributor, listDistributors } from '../../db/parties/distributorStore.js';
import { fieldError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';
import { askToConfirm, CONFIRM_DAYS } from '../contacts/askToConfirm.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { distributor, newDistributor } from '../schemas/distributors.js';

export const distributorRoutes = [
  route({
    method: 'post',
    path: '/v1/distributors',
    summary: 'Add a distributor',
    description: 'Its address gets a link to confirm it, and nothing else before it is confirmed.',
    tags: ['Distributors'],
    action: 'distributors.manage',
    body: newDistributor,
    responses: { 201: { description: 'The distributor is kept', schema: z.strictObject({ id: uuid }) } },
    handler: async ({ deps, body, actor, receivedAt: at, requestId, transaction }) => {
      const mail = await transaction(async (trx) => {
        const outcome = await insertDistributor(trx, { id: requestId, ...body }, { at, by: actor });
        if (outcome === 'taken') throw fieldError('NAME_TAKEN', '/code', 'Another distributor has this code.');
        if (outcome === 'repeated') return undefined;
        appendAudit(trx, {
          at,
          actor,
          action: 'distributor.added',
          subject: `distributor:${requestId}`,
          after: body,
        });
        const asked = { at, expiresAt: addDays(at, CONFIRM_DAYS), publicUrl: deps.publicUrl, field: '/email' };
        return askToConfirm(trx, { ...body, ...outcome }, asked);
      });
      if (mail !== undefined) deps.mails.soon(mail);
      return reply(201, { id: requestId });
    },
  }),
  route({
    method: 'get',
    path: '/v1/distributors',
    summary: 'List distributors by code',
    tags: ['Distributors'],
    action: 'distributors.read',
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of distributors', schema: pageOf(distributor) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.string()]));
      const found = await transaction((trx) => listDistributors(trx, { limit: query.limit + 1, after }));
      return reply(
        200,
        toPage(
          found,
          query.limit,
          ({ code }) => [code],
          (item) => item,
        ),
      );
    },
  }),
];
