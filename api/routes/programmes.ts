import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { listProgrammes } from '../../db/programmes/programmeStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { patchProgramme, saveProgramme, viewProgramme, type ProgrammeView } from '../../db/programmes/saveProgramme.js';
import { KontorError } from '../../domain/errors.js';
import { nextPeriod } from '../../domain/period.js';
import { monthEndOf } from '../../db/readModels/monthEnds.js';
import { ensureMonthEnd } from '../../starts/schedules.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { programmeCode } from '../schemas/common.js';
import { programme, programmeEnd, programmeInput, programmePatch } from '../schemas/programmes.js';

const tags = ['Programmes'] as const;
const byProgramme = z.strictObject({ programme: programmeCode });

function toJson({ code, ...view }: ProgrammeView): z.input<typeof programme> {
  return { programme: code, ...view };
}

async function show(trx: Trx, code: string): Promise<ProgrammeView> {
  const found = await viewProgramme(trx, code);
  if (found === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${code}".`);
  return found;
}

/** What was given, without the fields that were left out. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export const programmeRoutes = [
  route({
    method: 'put',
    path: '/v1/programmes/{programme}',
    summary: 'Set a programme',
    description:
      'As a whole, the first time and later. A change of zone or settings holds from the first month that has not been ' +
      'opened; for a later one see its settings. `settings` left out stay as they are. The month-end schedule follows; ' +
      'with 503 TEMPORAL_UNAVAILABLE the programme is saved and the schedule is not: repeat the request.',
    tags,
    action: 'programmes.manage',
    params: byProgramme,
    body: programmeInput,
    responses: { 200: { description: 'The programme as it is now', schema: programme } },
    handler: async ({ params, body, actor, receivedAt, deps, transaction }) => {
      const change = { at: receivedAt, actor, reason: null };
      const { saved, monthEnd } = await transaction(async (trx) => ({
        saved: await saveProgramme(trx, { code: params.programme, ...body }, change),
        monthEnd: await monthEndOf(trx, params.programme),
      }));
      await ensureMonthEnd(deps, monthEnd);
      return reply(200, toJson(saved));
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes',
    summary: 'List programmes by code',
    tags,
    action: 'programmes.read',
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of programmes', schema: pageOf(programme) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([programmeCode]));
      const found = await transaction(async (trx) => {
        const views: ProgrammeView[] = [];
        for (const { code } of await listProgrammes(trx, { limit: query.limit + 1, after })) {
          views.push(await show(trx, code));
        }
        return views;
      });
      return reply(
        200,
        toPage(found, query.limit, ({ code }) => [code], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}',
    summary: 'Show a programme',
    tags,
    action: 'programmes.read',
    params: byProgramme,
    responses: { 200: { description: 'The programme', schema: programme } },
    handler: async ({ params, transaction }) =>
      reply(200, toJson(await transaction((trx) => show(trx, params.programme)))),
  }),
  route({
    method: 'patch',
    path: '/v1/programmes/{programme}',
    summary: 'Change a programme',
    description:
      'PERIOD_OPENED: the first month stays once one was opened. STATE_CONFLICT: the base currency stays once a base ' +
      'price list or an opened month is in it.',
    tags,
    action: 'programmes.manage',
    params: byProgramme,
    body: programmePatch,
    responses: { 200: { description: 'The programme as it is now', schema: programme } },
    handler: async ({ params, body: { reason, ...fields }, actor, receivedAt, transaction }) => {
      const change = { at: receivedAt, actor, reason: reason ?? null };
      const saved = await transaction((trx) => patchProgramme(trx, params.programme, given(fields), change));
      return reply(200, toJson(saved));
    },
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/end',
    summary: 'End a programme with a last month',
    description:
      'The month after it must not have been opened. Registrations are taken no more, and the month-end schedule ends ' +
      'with that month; with 503 TEMPORAL_UNAVAILABLE the programme is ended and the schedule is not: repeat the request.',
    tags,
    action: 'programmes.manage',
    params: byProgramme,
    body: programmeEnd,
    responses: { 200: { description: 'The programme as it is now', schema: programme } },
    handler: async ({ params, body: { lastPeriod, reason }, actor, receivedAt, deps, transaction }) => {
      const change = { at: receivedAt, actor, reason };
      const { saved, monthEnd } = await transaction(async (trx) => {
        const after = await patchProgramme(trx, params.programme, { lastPeriod }, change);
        await requireUnopened(trx, params.programme, nextPeriod(lastPeriod), '/lastPeriod');
        return { saved: after, monthEnd: await monthEndOf(trx, params.programme) };
      });
      await ensureMonthEnd(deps, monthEnd);
      return reply(200, toJson(saved));
    },
  }),
];
