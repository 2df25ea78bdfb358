import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL } from '../../db/connect.js';
import { findTerritory, isOpenOn } from '../../db/programmes/territoryStore.js';
import { addWaiting, listWaiting } from '../../db/programmes/waitingList.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { dayOf } from '../../domain/period.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireProgramme } from '../requireProgramme.js';
import { reply, route } from '../route.js';
import { cursorText, programmeCode, uuid } from '../schemas/common.js';
import { waiting, waitingInput, waitingNoted } from '../schemas/territories.js';

const byProgramme = z.strictObject({ programme: programmeCode });

export const waitingListRoutes = [
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/waiting-list',
    summary: 'Ask to be told when a programme opens in a country',
    description: 'Told once, by mail. Asking again changes nothing. STATE_CONFLICT where it is open: register.',
    tags: ['Territories'],
    action: 'public',
    namesStrangers: true,
    params: byProgramme,
    body: waitingInput,
    responses: { 202: { description: 'Noted', schema: waitingNoted } },
    handler: async ({ params: { programme }, body, actor, receivedAt, requestId, deps }) => {
      await deps.db.transaction(ALL, async (trx) => {
        const today = await programmeNow(trx, programme);
        if (today === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${programme}".`);
        const territory = await findTerritory(trx, programme, body.country);
        if (territory !== undefined && isOpenOn(territory, dayOf(receivedAt, today.zone))) {
          throw fieldError(
            'STATE_CONFLICT',
            '/country',
            `"${programme}" is open in ${body.country}: POST /v1/registrations.`,
          );
        }
        if (!(await addWaiting(trx, { id: requestId, programme, ...body, askedAt: receivedAt }))) return;
        await appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'waitingList.asked',
          subject: `programme:${programme}`,
          after: { id: requestId, country: body.country },
        });
      });
      return reply(202, { programme, country: body.country });
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/waiting-list',
    summary: 'List who waits for a programme, the first to ask first',
    tags: ['Territories'],
    action: 'territories.read',
    params: byProgramme,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of the list', schema: pageOf(waiting) } },
    handler: async ({ params: { programme }, query: { limit, after }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorText, uuid]));
      const found = await transaction(async (trx) => {
        await requireProgramme(trx, programme);
        return listWaiting(trx, { programme, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ askedAt, id }) => [askedAt, id],
          (item) => item,
        ),
      );
    },
  }),
];
