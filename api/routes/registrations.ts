import { z } from 'zod';
import { insertOnlyDecision } from '../../db/access/decisionStore.js';
import { applicationOfLink } from '../../db/access/linkStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { findRegistration, listRegistrations, type Registration } from '../../db/programmes/participationStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { programmeNow } from '../../db/readModels/programmeOf.js';
import type { DecisionContent } from '../../domain/decision.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { registrationCalendar, registrationSubject } from '../../domain/msp.js';
import { periodOf } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { askRegistrationDecision } from '../../starts/registerMsp.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { registerMsp } from '../registration/registerMsp.js';
import { requireProgramme } from '../requireProgramme.js';
import { PENDING, reply, route, type RawContext } from '../route.js';
import { cursorText, pending, programmeCode, uuid } from '../schemas/common.js';
import { participationState } from '../schemas/msps.js';
import {
  applicationLink,
  enteredRegistration,
  ownApplication,
  registration,
  registrationDecision,
  registrationInput,
  registrationOutcome,
  registrationReceived,
  withdrawal,
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

function received({ programme, mspId, state, decideUntil }: Registration): z.input<typeof registrationReceived> {
  return { programme, mspId, state, confirmUntil: state === 'unconfirmed' ? decideUntil : null };
}

/** The application of a link that its applicant got by mail; LINK_INVALID. */
async function requireOwn(trx: Trx, link: string, at: Date): Promise<Registration> {
  const key = await applicationOfLink(trx, link, at);
  const found = key && (await findRegistration(trx, key.programme, key.mspId));
  if (found !== undefined) return found;
  throw new KontorError('LINK_INVALID', 'This link is too old, or is none of an application.');
}

/** Keeps what ends an application and passes it to its workflow: the outcome, or PENDING where no worker took it in time. */
async function endApplication(
  { deps, limits, requestId, actor, receivedAt }: RawContext,
  { found, content }: { found: Registration; content: DecisionContent<'registration'> },
  trx: Trx,
) {
  const { programme, mspId, distributorId, decideUntil } = found;
  const decided = () => new KontorError('ALREADY_DECIDED', `This registration is ${found.state} already.`);
  if (distributorId === null) throw decided();
  const subject = registrationSubject(programme, mspId);
  const made = { id: requestId, kind: 'registration', subject, content, actor, at: receivedAt } as const;
  await insertOnlyDecision(trx, made, () => {
    if (found.state !== 'applied') throw decided();
  });
  const settings = (await programmeNow(trx, programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS;
  const { remindAt } = registrationCalendar(found.appliedAt, settings.registration);
  return async () => {
    const answer = await askRegistrationDecision(
      deps,
      { programme, mspId, distributorId, remindAt, decideUntil },
      { decisionId: requestId },
      { requestId, timeoutMs: limits.updateTimeoutMs },
    );
    if (answer.answered) deps.mails.shortly(`registration-decided.${requestId}`);
    return answer;
  };
}

export const registrationRoutes = [
  route({
    method: 'post',
    path: '/v1/registrations',
    summary: 'Apply to join a programme',
    description:
      'The address gets a mail with a link; once that is used, the application counts and the partner team is told. The ' +
      'territory gives the distributor. The same mspId with the same data is the same application. TERRITORY_NOT_SERVED ' +
      'where the country is not open: it says when it opens, if that is known, and how to be told. RATE_LIMITED on ' +
      '`/contact/email` where that address got three links within a day.',
    tags,
    action: 'public',
    namesStrangers: true,
    body: registrationInput,
    responses: { 202: { description: 'Received; its address is to be confirmed', schema: registrationReceived } },
    handler: async ({ body, deps, actor, receivedAt, requestId }) => {
      const sent = { mspId: body.mspId ?? requestId, at: receivedAt, actor, vouched: false };
      return reply(202, received(await registerMsp(deps, body, sent)));
    },
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/registrations',
    summary: 'Enter the application of an MSP',
    description:
      'By the partner team, whose word counts: it waits for its decision at once. The address is asked to confirm all the ' +
      'same, and gets nothing else before it has.',
    tags,
    action: 'registrations.decide',
    params: z.strictObject({ programme: programmeCode }),
    body: enteredRegistration,
    responses: { 202: { description: 'Received; the partner team decides', schema: registrationReceived } },
    handler: async ({ params, body, deps, actor, receivedAt, requestId }) => {
      const sent = { mspId: body.mspId ?? requestId, at: receivedAt, actor, vouched: true };
      return reply(202, received(await registerMsp(deps, { ...params, ...body }, sent)));
    },
  }),
  route({
    method: 'post',
    path: '/v1/registrations/own',
    summary: 'Show an application to its applicant, by the link in its mail',
    tags,
    action: 'public',
    guessable: true,
    body: applicationLink,
    responses: { 200: { description: 'Where it stands', schema: ownApplication } },
    handler: async ({ body, deps, receivedAt }) => {
      const { found, programmeName } = await deps.db.transaction(ALL, async (trx) => {
        const found = await requireOwn(trx, body.link, receivedAt);
        return { found, programmeName: (await programmeNow(trx, found.programme))?.name ?? found.programme };
      });
      const { programme, mspId, msp, state, appliedAt, decideUntil, decidedAt, joinedPeriod } = found;
      const shown = { programme, programmeName, mspId, company: msp.name, state, appliedAt, decideUntil, decidedAt };
      return reply(200, { ...shown, joinedPeriod, reason: state === 'rejected' ? found.decisionReason : null });
    },
  }),
  route({
    method: 'post',
    path: '/v1/registrations/own/withdraw',
    summary: 'Withdraw an application that waits, by the link in its mail',
    tags,
    action: 'public',
    guessable: true,
    body: withdrawal,
    responses: {
      200: { description: 'Withdrawn', schema: registrationOutcome },
      202: { description: 'No worker took it in time; ask again', schema: pending },
    },
    handler: async (context) => {
      const { body, deps, receivedAt } = context;
      const content = { decision: 'withdraw', reason: body.reason ?? null, joins: null } as const;
      const pass = await deps.db.transaction(ALL, async (trx) =>
        endApplication(context, { found: await requireOwn(trx, body.link, receivedAt), content }, trx),
      );
      const answer = await pass();
      return answer.answered ? reply(200, answer.result) : PENDING;
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
      const cursor = readCursor(after, z.tuple([cursorText, uuid, programmeCode]));
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
    handler: async (context) => {
      const { params, body, receivedAt, transaction } = context;
      const { decision, reason = null, joins = null } = body;
      const pass = await transaction(async (trx) => {
        const found = await requireRegistration(trx, params);
        if (decision === 'reject' && (reason ?? '').trim() === '') {
          throw fieldError('REASON_REQUIRED', '/reason', 'A rejection needs a reason, which the applicant reads.');
        }
        if (decision === 'approve' && found.state === 'applied') {
          const first = joins ?? periodOf(receivedAt, found.msp.zone);
          await requireUnopened(trx, params.programme, first, '/joins');
        }
        return endApplication(context, { found, content: { decision, reason, joins } }, trx);
      });
      const answer = await pass();
      return answer.answered ? reply(200, answer.result) : PENDING;
    },
  }),
];
