import { z } from 'zod';
import { lockProgramme, requireUnopened } from '../../db/programmes/periods.js';
import { settingsFor, settingVersions } from '../../db/programmes/programmeStore.js';
import { changeSettings } from '../../db/programmes/saveProgramme.js';
import { KontorError } from '../../domain/errors.js';
import { monthEndOf } from '../../db/readModels/monthEnds.js';
import { ensureMonthEnd } from '../../starts/schedules.js';
import { requireProgramme } from '../requireProgramme.js';
import { reply, route } from '../route.js';
import { programmeCode } from '../schemas/common.js';
import { settingsInput, settingVersion } from '../schemas/programmes.js';

const tags = ['Programmes'] as const;
const byProgramme = z.strictObject({ programme: programmeCode });

export const settingRoutes = [
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/settings',
    summary: 'Set the settings of a programme from a month on',
    description:
      'A new version, as a whole (rule 23); the same again for that month is that version. PERIOD_OPENED for a month that was ' +
      'opened (rule 19).',
    tags,
    action: 'programmes.manage',
    params: byProgramme,
    body: settingsInput,
    responses: { 201: { description: 'The version', schema: settingVersion } },
    handler: async ({ params: { programme }, body, actor, receivedAt, deps, transaction }) => {
      const { fromPeriod, reason } = body;
      const { set, monthEnd } = await transaction(async (trx) => {
        await lockProgramme(trx, programme);
        await requireProgramme(trx, programme);
        await requireUnopened(trx, programme, fromPeriod, '/fromPeriod');
        const zone = body.zone ?? (await settingsFor(trx, programme, fromPeriod))?.zone;
        if (zone === undefined) throw new KontorError('INTERNAL', `The programme "${programme}" has no settings.`);
        const change = { fromPeriod, zone, settings: body.settings };
        const set = await changeSettings(trx, programme, change, { at: receivedAt, actor, reason });
        return { set, monthEnd: await monthEndOf(trx, programme) };
      });
      await ensureMonthEnd(deps, monthEnd);
      return reply(201, set);
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/settings',
    summary: 'List the versions of the settings, the latest first',
    tags,
    action: 'programmes.read',
    params: byProgramme,
    responses: { 200: { description: 'Every version', schema: z.strictObject({ items: z.array(settingVersion) }) } },
    handler: async ({ params: { programme }, transaction }) => {
      const items = await transaction(async (trx) => {
        await requireProgramme(trx, programme);
        return settingVersions(trx, programme);
      });
      return reply(200, { items });
    },
  }),
];
