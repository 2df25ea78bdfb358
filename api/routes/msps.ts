import { z } from 'zod';
import { mspList } from '../../db/readModels/mspList.js';
import { KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { instant, locale, uuid } from '../schemas/common.js';

const mspState = z.enum(['applied', 'approved', 'rejected', 'expired']);

const msp = z
  .strictObject({
    id: uuid,
    name: z.string(),
    registrationNumber: z.string(),
    country: z.string(),
    distributorId: uuid,
    distributorCode: z.string(),
    programmeCode: z.string(),
    email: z.string(),
    locale,
    zone: z.string(),
    state: z.string(),
    appliedAt: instant,
    decidedAt: instant.nullable(),
    tenants: z.int(),
    sites: z.int(),
  })
  .meta({ id: 'Msp' });

export const mspRoutes = [
  route({
    method: 'get',
    path: '/v1/msps',
    summary: 'List MSPs by name',
    description: 'An MSP sees itself, a distributor its own MSPs.',
    tags: ['MSPs'],
    roles: ['partner_team', 'distributor', 'msp'],
    query: z.strictObject({ ...PAGE_QUERY, state: mspState.optional(), distributorId: uuid.optional() }),
    responses: { 200: { description: 'A page of MSPs', schema: pageOf(msp) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.string(), uuid]));
      const { state, distributorId, limit } = query;
      const found = await transaction((trx) => mspList(trx, { state, distributorId, limit: limit + 1, after }));
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ name, id }) => [name, id],
          (item) => item,
        ),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}',
    summary: 'Show an MSP',
    tags: ['MSPs'],
    roles: ['partner_team', 'distributor', 'msp'],
    params: z.strictObject({ mspId: uuid }),
    responses: { 200: { description: 'The MSP', schema: msp } },
    handler: async ({ params, transaction }) => {
      const [found] = await transaction((trx) => mspList(trx, { id: params.mspId, limit: 1 }));
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such MSP.');
      return reply(200, found);
    },
  }),
];
