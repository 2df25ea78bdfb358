import { z } from 'zod';
import { mspList } from '../../db/readModels/mspList.js';
import { KontorError } from '../../domain/errors.js';
import { changeZone } from '../companies/changeZone.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { programmeCode, uuid } from '../schemas/common.js';
import { msp, mspZone, participationState, zoneInput } from '../schemas/msps.js';

const tags = ['MSPs'] as const;
const byMsp = z.strictObject({ mspId: uuid });

export const mspRoutes = [
  route({
    method: 'get',
    path: '/v1/msps',
    summary: 'List MSPs by name',
    description: 'An MSP sees itself, a distributor its own MSPs. The filters hold for one and the same participation.',
    tags,
    action: 'companies.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      state: participationState.optional(),
      distributorId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of MSPs', schema: pageOf(msp) } },
    handler: async ({ query: { after, limit, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([z.string(), uuid]));
      const found = await transaction((trx) => mspList(trx, { ...filter, limit: limit + 1, after: cursor }));
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
    tags,
    action: 'companies.read',
    params: byMsp,
    responses: { 200: { description: 'The MSP', schema: msp } },
    handler: async ({ params, transaction }) => {
      const [found] = await transaction((trx) => mspList(trx, { id: params.mspId, limit: 1 }));
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such MSP.');
      return reply(200, found);
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/zone',
    summary: 'Set the time zone in which the months of an MSP are reckoned, from a month on',
    description: 'PERIOD_OPENED where one of its programmes has opened that month (rule 19).',
    tags,
    action: 'companies.manage',
    params: byMsp,
    body: zoneInput,
    responses: { 200: { description: 'Its zones, by month', schema: mspZone } },
    handler: async ({ params: { mspId }, body, actor, receivedAt, transaction }) => {
      const { fromPeriod, zone, reason = null } = body;
      const zones = await transaction(async (trx) => {
        const [known] = await mspList(trx, { id: mspId, limit: 1 });
        if (known === undefined) throw new KontorError('NOT_FOUND', 'There is no such MSP.');
        return changeZone(trx, { companyId: mspId, fromPeriod, zone, reason, at: receivedAt, actor });
      });
      return reply(200, { mspId, zones });
    },
  }),
];
