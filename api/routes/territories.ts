import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { holdsView } from '../../db/parties/companyStore.js';
import { closeTerritory, findTerritory, listTerritories, putTerritory } from '../../db/programmes/territoryStore.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { dayOf } from '../../domain/period.js';
import { requireProgramme } from '../requireProgramme.js';
import { emptyReply, reply, route } from '../route.js';
import { country, programmeCode } from '../schemas/common.js';
import { territory, territoryInput } from '../schemas/territories.js';

const tags = ['Territories'] as const;
const byProgramme = z.strictObject({ programme: programmeCode });
const byCountry = z.strictObject({ programme: programmeCode, country });

function notServed(code: string, where: string): KontorError {
  return new KontorError('NOT_FOUND', `"${code}" has no territory ${where}.`);
}

export const territoryRoutes = [
  route({
    method: 'put',
    path: '/v1/programmes/{programme}/territories/{country}',
    summary: 'Set who serves a country, and from when to when registrations are taken there',
    description: 'MSPs that registered before keep their distributor.',
    tags,
    action: 'territories.manage',
    params: byCountry,
    body: territoryInput,
    responses: { 200: { description: 'The territory as it is now', schema: territory } },
    handler: async ({ params, body, actor, receivedAt, transaction }) => {
      const { distributorId, opensOn, closesOn = null } = body;
      const after = { ...params, distributorId, opensOn, closesOn };
      await transaction(async (trx) => {
        await requireProgramme(trx, params.programme);
        if (!(await holdsView(trx, distributorId, 'distributor'))) {
          throw fieldError('VALIDATION_FAILED', '/distributorId', 'There is no such distributor.');
        }
        const before = await putTerritory(trx, after);
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'territory.set',
          subject: `territory:${params.programme}:${params.country}`,
          before,
          after,
        });
      });
      return reply(200, after);
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/territories',
    summary: 'List the territories of a programme by country',
    tags,
    action: 'territories.read',
    params: byProgramme,
    responses: { 200: { description: 'Every territory', schema: z.strictObject({ items: z.array(territory) }) } },
    handler: async ({ params, transaction }) => {
      const items = await transaction(async (trx) => {
        await requireProgramme(trx, params.programme);
        return listTerritories(trx, params.programme);
      });
      return reply(200, { items });
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/territories/{country}',
    summary: 'Show a territory',
    tags,
    action: 'territories.read',
    params: byCountry,
    responses: { 200: { description: 'The territory', schema: territory } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => findTerritory(trx, params.programme, params.country));
      if (found === undefined) throw notServed(params.programme, params.country);
      return reply(200, found);
    },
  }),
  route({
    method: 'delete',
    path: '/v1/programmes/{programme}/territories/{country}',
    summary: 'Take no more registrations in a country from today on',
    description: 'A territory that has not opened yet is removed. MSPs that take part stay.',
    tags,
    action: 'territories.manage',
    params: byCountry,
    responses: { 204: { description: 'Closed, or closed before' } },
    handler: async ({ params, actor, receivedAt, transaction }) => {
      await transaction(async (trx) => {
        const before = await findTerritory(trx, params.programme, params.country);
        const programme = await programmeNow(trx, params.programme);
        if (before === undefined || programme === undefined) throw notServed(params.programme, params.country);
        const today = dayOf(receivedAt, programme.zone);
        if (before.closesOn !== null && before.closesOn <= today) return;
        const after = await closeTerritory(trx, before, today);
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'territory.closed',
          subject: `territory:${params.programme}:${params.country}`,
          before,
          after,
        });
      });
      return emptyReply(204);
    },
  }),
];
