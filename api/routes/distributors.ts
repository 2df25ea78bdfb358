import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import {
  findDistributor,
  findTerritory,
  insertDistributor,
  listDistributors,
  listTerritories,
  putTerritory,
} from '../../db/parties/distributorStore.js';
import { findProgramme } from '../../db/programmes/programmeStore.js';
import { fieldError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { country, uuid } from '../schemas/common.js';
import { distributor, newDistributor, territory, territoryInput } from '../schemas/distributors.js';

export const distributorRoutes = [
  route({
    method: 'post',
    path: '/v1/distributors',
    summary: 'Add a distributor',
    tags: ['Distributors'],
    roles: ['partner_team'],
    body: newDistributor,
    responses: { 201: { description: 'The distributor is kept', schema: z.strictObject({ id: uuid }) } },
    handler: async ({ body, principal, receivedAt, requestId, transaction }) => {
      await transaction(async (trx) => {
        const outcome = await insertDistributor(trx, { id: requestId, ...body });
        if (outcome === 'taken') throw fieldError('NAME_TAKEN', '/code', 'Another distributor has this code.');
        if (outcome === 'repeated') return;
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'distributor.added',
          subject: `distributor:${requestId}`,
          after: body,
        });
      });
      return reply(201, { id: requestId });
    },
  }),
  route({
    method: 'get',
    path: '/v1/distributors',
    summary: 'List distributors by code',
    tags: ['Distributors'],
    roles: ['partner_team'],
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
  route({
    method: 'put',
    path: '/v1/territories/{country}',
    summary: 'Set who serves a country',
    description: 'MSPs that registered before keep their distributor.',
    tags: ['Distributors'],
    roles: ['partner_team'],
    params: z.strictObject({ country }),
    body: territoryInput,
    responses: { 200: { description: 'The territory as it is now', schema: territory } },
    handler: async ({ params, body, principal, receivedAt, transaction }) => {
      const after = { country: params.country, ...body };
      await transaction(async (trx) => {
        if ((await findProgramme(trx, body.programmeCode)) === undefined) {
          throw fieldError('VALIDATION_FAILED', '/programmeCode', 'There is no such programme.');
        }
        if ((await findDistributor(trx, body.distributorId)) === undefined) {
          throw fieldError('VALIDATION_FAILED', '/distributorId', 'There is no such distributor.');
        }
        const before = await findTerritory(trx, params.country);
        await putTerritory(trx, after);
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'territory.set',
          subject: `territory:${params.country}`,
          before,
          after,
        });
      });
      return reply(200, after);
    },
  }),
  route({
    method: 'get',
    path: '/v1/territories',
    summary: 'List territories by country',
    tags: ['Distributors'],
    roles: ['partner_team'],
    responses: { 200: { description: 'Every territory', schema: z.strictObject({ items: z.array(territory) }) } },
    handler: async ({ transaction }) => reply(200, { items: await transaction(listTerritories) }),
  }),
];
