import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { holdsView } from '../../db/parties/companyStore.js';
import { findMsp } from '../../db/parties/mspStore.js';
import { requireActive } from '../../db/parties/requireActive.js';
import { endParticipation } from '../../db/programmes/endParticipation.js';
import {
  distributorSetSince,
  distributorsOf,
  findRegistration,
  leftPeriodSetSince,
  listRegistrations,
  lockParticipation,
  moveParticipation,
  putDistributor,
  setLeftPeriod,
  type Registration,
} from '../../db/programmes/participationStore.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { beginSuspension, endSuspension } from '../../db/programmes/suspensionStore.js';
import { disableKeys, enableKeys } from '../../db/sites/participationKeys.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import type { ParticipationState } from '../../domain/msp.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { applyToProgramme } from '../registration/applyToProgramme.js';
import { isPartnerTeam } from '../principal.js';
import { requireProgramme } from '../requireProgramme.js';
import { reply, route, type Context } from '../route.js';
import { cursorText, programmeCode, uuid } from '../schemas/common.js';
import { participationState } from '../schemas/msps.js';
import {
  distributorChange,
  leavingInput,
  participation,
  participationDetail,
  participationInput,
  reasonInput,
} from '../schemas/participations.js';

const tags = ['Participation'] as const;
const byProgramme = z.strictObject({ programme: programmeCode });
const byMsp = z.strictObject({ programme: programmeCode, mspId: uuid });
const changed = { 200: { description: 'The participation as it is now', schema: participationDetail } };

function toJson(found: Registration): z.input<typeof participation> {
  const { programme, mspId, msp, state, joinedPeriod, leftPeriod, distributorId, appliedAt } = found;
  return {
    ...{ programme, mspId, mspName: msp.name, state, joinedPeriod, leftPeriod, distributorId, appliedAt },
    decidedAt: found.decidedAt,
    decidedBy: found.decidedBy,
    reason: found.decisionReason,
  };
}

type Key = z.output<typeof byMsp>;

function noParticipation({ programme }: Key): KontorError {
  return new KontorError('NOT_FOUND', `There is no such participation in "${programme}".`);
}

async function show(trx: Trx, key: Key): Promise<z.input<typeof participationDetail>> {
  const found = await findRegistration(trx, key.programme, key.mspId);
  if (found === undefined) throw noParticipation(key);
  return { ...toJson(found), distributors: await distributorsOf(trx, key.programme, key.mspId) };
}

/** The participation, locked, and in one of the states; NOT_FOUND, STATE_CONFLICT. */
async function lockIn(trx: Trx, key: Key, states: readonly ParticipationState[]): Promise<Registration> {
  const found = await lockParticipation(trx, key.programme, key.mspId);
  if (found === undefined) throw noParticipation(key);
  if (states.includes(found.state)) return found;
  throw new KontorError('STATE_CONFLICT', `This participation is ${found.state}; it has to be ${states.join(' or ')}.`);
}

/**
 * Of two who set the same to different things at once the second is told: it was wished before the first was written, by somebody
 * who cannot have seen it. `standing`: what was set since the request came. STATE_CONFLICT.
 */
function requireUnchanged(standing: string | undefined, wish: string, field: string, what: string): void {
  if (standing === undefined || standing === wish) return;
  throw fieldError('STATE_CONFLICT', field, `Somebody has just set ${what} to ${standing}. Read it again.`);
}

type ReasonContext = Context<Key, unknown, { reason: string }>;

/** Suspends or resumes: the state, its keys, since when they are stopped and the audit event are one transaction. */
async function move(
  { params, body: { reason }, actor, receivedAt, transaction }: ReasonContext,
  { from, to, action }: { from: ParticipationState; to: 'approved' | 'suspended'; action: string },
): Promise<z.input<typeof participationDetail>> {
  return transaction(async (trx) => {
    await lockIn(trx, params, [from]);
    const moved = await moveParticipation(trx, { ...params, to, at: receivedAt, by: actor, reason });
    if (moved === undefined) throw new KontorError('INTERNAL', 'A locked participation did not move.');
    const change = { ...params, at: receivedAt };
    await (to === 'suspended' ? beginSuspension : endSuspension)(trx, change);
    const keys = to === 'suspended' ? await disableKeys(trx, change) : await enableKeys(trx, params);
    appendAudit(trx, {
      at: receivedAt,
      actor,
      action,
      subject: `msp:${params.mspId}`,
      mspId: params.mspId,
      before: { programme: params.programme, state: from },
      after: { programme: params.programme, state: to, keys },
      reason,
    });
    return show(trx, params);
  });
}

export const participationRoutes = [
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/participations',
    summary: 'Apply to join another programme as an MSP that is known',
    description:
      'As that MSP or by the partner team; decided as a registration is. STATE_CONFLICT where it has applied or takes ' +
      'part already; who was rejected, or let an application expire, may apply again.',
    tags,
    action: 'participations.apply',
    params: byProgramme,
    body: participationInput,
    responses: { 202: { description: 'Received; the partner team decides', schema: participationDetail } },
    handler: async ({ params, body: { mspId }, principal, actor, receivedAt, deps }) => {
      const key = { ...params, mspId };
      const applied = await deps.db.transaction(ALL, async (trx) => {
        await requireProgramme(trx, params.programme);
        const foreign = principal.kind !== 'public' && !isPartnerTeam(principal) && principal.companyId !== mspId;
        const isMsp = !foreign && (await holdsView(trx, mspId, 'service_provider'));
        const msp = isMsp ? await findMsp(trx, mspId) : undefined;
        if (msp === undefined) throw fieldError('VALIDATION_FAILED', '/mspId', 'There is no such MSP.');
        await requireActive(trx, mspId, '/mspId');
        const applicant = { ...params, msp, countryField: '/mspId', at: receivedAt, actor, publicUrl: deps.publicUrl };
        if ((await applyToProgramme(trx, applicant)) === undefined) {
          const state = (await findRegistration(trx, params.programme, mspId))?.state ?? 'applied';
          throw fieldError('STATE_CONFLICT', '/mspId', `This MSP is ${state} in "${params.programme}" already.`);
        }
        return show(trx, key);
      });
      deps.starts.kept();
      deps.mails.shortly(`applied.${params.programme}.${mspId}.${receivedAt.toISOString()}`);
      return reply(202, applied);
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/participations',
    summary: 'List who takes part in a programme, the latest application first',
    description: 'An MSP sees itself, a distributor its own MSPs.',
    tags,
    action: 'participations.read',
    params: byProgramme,
    query: z.strictObject({ ...PAGE_QUERY, state: participationState.optional(), mspId: uuid.optional() }),
    responses: { 200: { description: 'A page of participations', schema: pageOf(participation) } },
    handler: async ({ params: { programme }, query: { after, limit, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorText, uuid, programmeCode]));
      const found = await transaction(async (trx) => {
        await requireProgramme(trx, programme);
        return listRegistrations(trx, { ...filter, programme, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(found, limit, (row) => [row.appliedAt.toISOString(), row.mspId, row.programme], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/participations/{mspId}',
    summary: 'Show a participation',
    tags,
    action: 'participations.read',
    params: byMsp,
    responses: { 200: { description: 'The participation', schema: participationDetail } },
    handler: async ({ params, transaction }) => reply(200, await transaction((trx) => show(trx, params))),
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/participations/{mspId}/suspend',
    summary: 'Suspend a participation: its keys stop, the past is billed',
    tags,
    action: 'participations.manage',
    params: byMsp,
    body: reasonInput,
    responses: changed,
    handler: async (context) =>
      reply(200, await move(context, { from: 'approved', to: 'suspended', action: 'participation.suspended' })),
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/participations/{mspId}/resume',
    summary: 'Resume a participation that was suspended',
    description: 'Keys of sites that were silent for too long meanwhile stay disabled until they check in (rule 6).',
    tags,
    action: 'participations.manage',
    params: byMsp,
    body: reasonInput,
    responses: changed,
    handler: async (context) =>
      reply(200, await move(context, { from: 'suspended', to: 'approved', action: 'participation.resumed' })),
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/participations/{mspId}/leave',
    summary: 'Let an MSP leave a programme with a last month',
    description:
      'PERIOD_OPENED for a month that was opened (rule 19). Once the month is over its state becomes left and its keys ' +
      'end; data is kept. Until then another last month may be named.',
    tags,
    action: 'participations.manage',
    params: byMsp,
    body: leavingInput,
    responses: changed,
    handler: async ({ params, body: { lastPeriod, reason }, actor, receivedAt, transaction }) => {
      const left = await transaction(async (trx) => {
        const { programme, mspId } = params;
        const before = await lockIn(trx, params, ['approved', 'suspended']);
        if (before.joinedPeriod !== null && lastPeriod < before.joinedPeriod) {
          throw fieldError('VALIDATION_FAILED', '/lastPeriod', `It joined with ${before.joinedPeriod}.`);
        }
        await requireUnopened(trx, programme, lastPeriod, '/lastPeriod');
        const standing = await leftPeriodSetSince(trx, { programme, mspId, since: receivedAt });
        requireUnchanged(standing, lastPeriod, '/lastPeriod', 'its last month');
        await setLeftPeriod(trx, { programme, mspId, leftPeriod: lastPeriod, setAt: new Date() });
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'participation.lastPeriodSet',
          subject: `msp:${mspId}`,
          mspId,
          before: { programme, leftPeriod: before.leftPeriod },
          after: { programme, leftPeriod: lastPeriod },
          reason,
        });
        const leaving = { programme, mspId, leftPeriod: lastPeriod, zone: before.msp.zone };
        await endParticipation(trx, leaving, { at: receivedAt, actor, reason });
        return show(trx, params);
      });
      return reply(200, left);
    },
  }),
  route({
    method: 'put',
    path: '/v1/programmes/{programme}/participations/{mspId}/distributor',
    summary: 'Move an MSP to another distributor from a month on',
    description: 'PERIOD_OPENED for a month that was opened (rule 19). Documents stay with whom they name (rule 20).',
    tags,
    action: 'participations.manage',
    params: byMsp,
    body: distributorChange,
    responses: changed,
    handler: async ({ params, body: { fromPeriod, distributorId, reason }, actor, receivedAt, transaction }) => {
      const moved = await transaction(async (trx) => {
        await lockIn(trx, params, ['approved', 'suspended']);
        if (!(await holdsView(trx, distributorId, 'distributor'))) {
          throw fieldError('VALIDATION_FAILED', '/distributorId', 'There is no such distributor.');
        }
        await requireUnopened(trx, params.programme, fromPeriod, '/fromPeriod');
        const standing = await distributorSetSince(trx, { ...params, fromPeriod, since: receivedAt });
        requireUnchanged(standing, distributorId, '/distributorId', `its distributor from ${fromPeriod} on`);
        const before = await distributorsOf(trx, params.programme, params.mspId);
        await putDistributor(trx, { ...params, fromPeriod, distributorId, setAt: new Date() });
        const after = await distributorsOf(trx, params.programme, params.mspId);
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'participation.distributorSet',
          subject: `msp:${params.mspId}`,
          mspId: params.mspId,
          before: { programme: params.programme, distributors: before },
          after: { programme: params.programme, distributors: after },
          reason,
        });
        return show(trx, params);
      });
      return reply(200, moved);
    },
  }),
];
