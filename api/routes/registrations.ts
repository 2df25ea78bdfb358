import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { findMsp, listRegistrations, type Msp } from '../../db/parties/mspStore.js';
import { programmeOfMsp } from '../../db/readModels/programmeOf.js';
import { KontorError } from '../../domain/errors.js';
import { registrationCalendar } from '../../domain/msp.js';
import { registrationPolicy } from '../../domain/programmeSettings.js';
import { askRegistrationDecision } from '../../starts/registerMsp.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { applyForRegistration } from '../registration/applyForRegistration.js';
import { PENDING, reply, route } from '../route.js';
import { pending, uuid } from '../schemas/common.js';
import {
  mspState,
  registration,
  registrationDecision,
  registrationInput,
  registrationOutcome,
  registrationReceived,
} from '../schemas/registrations.js';

const tags = ['Registration'] as const;
const byMsp = z.strictObject({ mspId: uuid });

function toJson(msp: Msp): z.input<typeof registration> {
  return {
    mspId: msp.id,
    state: msp.state,
    company: {
      name: msp.name,
      registrationNumber: msp.registrationNumber,
      address: msp.address,
      country: msp.country,
    },
    contact: { name: msp.contactName, email: msp.email },
    locale: msp.locale,
    zone: msp.zone,
    programmeCode: msp.programmeCode,
    distributorId: msp.distributorId,
    duplicateOf: msp.duplicateOf,
    appliedAt: msp.appliedAt,
    decideUntil: msp.decideUntil,
    decidedAt: msp.decidedAt,
    decidedBy: msp.decidedBy,
    reason: msp.decisionReason,
  };
}

async function requireRegistration(trx: Trx, mspId: string): Promise<Msp> {
  const msp = await findMsp(trx, mspId);
  if (msp === undefined) throw new KontorError('NOT_FOUND', 'There is no such registration.');
  return msp;
}

export const registrationRoutes = [
  route({
    method: 'post',
    path: '/v1/registrations',
    summary: 'Apply to join the programme',
    description:
      'The territory gives programme and distributor. The same mspId with the same data is the same application.',
    tags,
    roles: 'public',
    body: registrationInput,
    responses: { 202: { description: 'Received; the partner team decides', schema: registrationReceived } },
    handler: async ({ body, deps, receivedAt, requestId }) => {
      const msp = await applyForRegistration(deps, body, body.mspId ?? requestId, receivedAt);
      return reply(202, {
        mspId: msp.id,
        state: msp.state,
        decideUntil: msp.decideUntil,
        probableDuplicate: msp.duplicateOf.length > 0,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/registrations',
    summary: 'List registrations, the latest first',
    tags,
    roles: ['partner_team'],
    query: z.strictObject({ ...PAGE_QUERY, state: mspState.optional() }),
    responses: { 200: { description: 'A page of registrations', schema: pageOf(registration) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([z.iso.datetime(), uuid]));
      const { state, limit } = query;
      const found = await transaction((trx) => listRegistrations(trx, { state, limit: limit + 1, after }));
      return reply(
        200,
        toPage(found, limit, ({ appliedAt, id }) => [appliedAt.toISOString(), id], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/registrations/{mspId}',
    summary: 'Show a registration',
    tags,
    roles: ['partner_team'],
    params: byMsp,
    responses: { 200: { description: 'The registration', schema: registration } },
    handler: async ({ params, transaction }) =>
      reply(200, toJson(await transaction((trx) => requireRegistration(trx, params.mspId)))),
  }),
  route({
    method: 'post',
    path: '/v1/registrations/{mspId}/decision',
    summary: 'Approve or reject a registration',
    description: 'Once. A rejection needs a reason (REASON_REQUIRED); a second decision is ALREADY_DECIDED.',
    tags,
    roles: ['partner_team'],
    params: byMsp,
    body: registrationDecision,
    responses: {
      200: { description: 'Decided', schema: registrationOutcome },
      202: { description: 'No worker took it in time; ask again', schema: pending },
    },
    handler: async ({ params: { mspId }, body, principal, requestId, deps, limits, transaction }) => {
      const { msp, programme } = await transaction(async (trx) => ({
        msp: await requireRegistration(trx, mspId),
        programme: await programmeOfMsp(trx, mspId),
      }));
      if (msp.state !== 'applied') {
        throw new KontorError('ALREADY_DECIDED', `This registration is ${msp.state} already.`);
      }
      const calendar = registrationCalendar(msp.appliedAt, registrationPolicy(programme?.settings ?? {}));
      const { decision, reason = null } = body;
      const answer = await askRegistrationDecision(
        deps,
        { mspId, distributorId: msp.distributorId, remindAt: calendar.remindAt, decideUntil: msp.decideUntil },
        { decision, reason, actor: principal.name },
        { requestId, timeoutMs: limits.updateTimeoutMs },
      );
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
];
