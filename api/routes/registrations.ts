import { z } from 'zod';
import { insertDecision } from '../../db/access/decisionStore.js';
import type { Trx } from '../../db/connect.js';
import { findRegistration, listRegistrations, type Registration } from '../../db/programmes/participationStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { registrationCalendar, registrationSubject } from '../../domain/msp.js';
import { periodOf } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { askRegistrationDecision } from '../../starts/registerMsp.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { registerMsp } from '../registration/registerMsp.js';
import { requireProgramme } from '../requireProgramme.js';
import { PENDING, reply, route } from '../route.js';
import { pending, programmeCode, uuid } from '../schemas/common.js';
import { participationState } from '../schemas/msps.js';
import {
  registration,
  registrationDecision,
  registrationInput,
  registrationOutcome,
  registrationReceived,
} from '../schemas/registrations.js';

const tags = ['Registration'] as const;
const byMsp = z.strictObject({ programme: programmeCode, mspId: uuid });

function toJson(found: Registration): z.input<typeof registration> {
  const { msp, programme, state, joinedPeriod, distributorId, duplicateOf } = found;
  const { name, registrationNumber, address, country } = msp;
  return {
    programme,
    mspId: msp.id,
    state,
    company: { name, registrationNumber, address, country },
    contact: { name: msp.contactName, email: msp.email },
    locale: msp.locale,
    zone: msp.zone,
    joinedPeriod,
    distributorId,
    duplicateOf,
    appliedAt: found.appliedAt,
    decideUntil: found.decideUntil,
    decidedAt: found.decidedAt,
    decidedBy: found.decidedBy,
    reason: found.decisionReason,
  };
}

async function requireRegistration(trx: Trx, { programme, mspId }: z.output<typeof byMsp>): Promise<Registration> {
  await requireProgramme(trx, programme);
  const found = await findRegistration(trx, programme, mspId);
  if (found === undefined) throw new KontorError('NOT_FOUND', `"${programme}" has no such registration.`);
  return found;
}

export const registrationRoutes = [
  route({
    method: 'post',
    path: '/v1/registrations',
    summary: 'Apply to join a programme',
    description:
      'The territory gives the distributor. The same mspId with the same data is the same application. ' +
      'TERRITORY_NOT_SERVED where the country is not open: it says when it opens, if that is known, and how to be told.',
    tags,
    action: 'public',
    body: registrationInput,
    responses: { 202: { description: 'Received; the partner team decides', schema: registrationReceived } },
    handler: async ({ body, deps, actor, receivedAt, requestId }) => {
      const who = { mspId: body.mspId ?? requestId, at: receivedAt, actor };
      const { programme, mspId, state, decideUntil, duplicateOf } = await registerMsp(deps, body, who);
      return reply(202, { programme, mspId, state, decideUntil, probableDuplicate: duplicateOf.length > 0 });
    },
  }),
  route({
    method: 'get',
    path: '/v1/registrations',
    summary: 'List registrations, the latest first',
    tags,
    action: 'registrations.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      state: participationState.optional(),
      mspId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of registrations', schema: pageOf(registration) } },
    handler: async ({ query: { after, limit, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([z.iso.datetime(), uuid, programmeCode]));
      const found = await transaction((trx) => listRegistrations(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, ({ appliedAt, mspId, programme }) => [appliedAt.toISOString(), mspId, programme], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/registrations/{mspId}',
    summary: 'Show a registration',
    tags,
    action: 'registrations.read',
    params: byMsp,
    responses: { 200: { description: 'The registration', schema: registration } },
    handler: async ({ params, transaction }) =>
      reply(200, toJson(await transaction((trx) => requireRegistration(trx, params)))),
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/registrations/{mspId}/decision',
    summary: 'Approve or reject a registration',
    description:
      'Once. A rejection needs a reason (REASON_REQUIRED); a second decision is ALREADY_DECIDED. `joins` names the first ' +
      'month that is billed; PERIOD_OPENED for one that was opened (rule 19).',
    tags,
    action: 'registrations.decide',
    params: byMsp,
    body: registrationDecision,
    responses: {
      200: { description: 'Decided', schema: registrationOutcome },
      202: { description: 'No worker took it in time; ask again', schema: pending },
    },
    handler: async ({ params, body, actor, receivedAt, requestId, deps, limits, transaction }) => {
      const { decision, reason = null, joins = null } = body;
      const { found, settings } = await transaction(async (trx) => {
        const found = await requireRegistration(trx, params);
        if (found.state !== 'applied') {
          throw new KontorError('ALREADY_DECIDED', `This registration is ${found.state} already.`);
        }
        if (decision === 'reject' && (reason ?? '').trim() === '') {
          throw fieldError('REASON_REQUIRED', '/reason', 'A rejection needs a reason, which the applicant reads.');
        }
        if (decision === 'approve') {
          const first = joins ?? periodOf(receivedAt, found.msp.zone);
          await requireUnopened(trx, params.programme, first, '/joins');
        }
        const subject = registrationSubject(params.programme, params.mspId);
        const made = { id: requestId, subject, content: { decision, reason, joins }, actor, at: receivedAt };
        await insertDecision(trx, { kind: 'registration', ...made });
        return { found, settings: (await programmeNow(trx, params.programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS };
      });
      const { programme, mspId, distributorId, decideUntil } = found;
      const { remindAt } = registrationCalendar(found.appliedAt, settings.registration);
      const answer = await askRegistrationDecision(
        deps,
        { programme, mspId, distributorId, remindAt, decideUntil },
        { decisionId: requestId },
        { requestId, timeoutMs: limits.updateTimeoutMs },
      );
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
];
