import { z } from 'zod';
import { insertOnlyDecision } from '../../db/access/decisionStore.js';
import { caseList, type CaseView } from '../../db/readModels/caseList.js';
import { KontorError } from '../../domain/errors.js';
import { decisionsOf } from '../../domain/reconcile/index.js';
import { casePeople } from '../../db/access/casePersonStore.js';
import type { Trx } from '../../db/connect.js';
import { askDecision } from '../../starts/settleStatement.js';
import { decideMany } from '../cases/decideMany.js';
import { addPerson, assign, MOST_PEOPLE, removePerson } from '../cases/lookAfter.js';
import { savedQuery } from '../cases/savedQuery.js';
import { requireDecidable, requireMspOf } from '../cases/requireDecidable.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf } from '../principal.js';
import { emptyReply, PENDING, reply, route } from '../route.js';
import {
  CASE_FILTERS,
  caseDecision,
  caseDecisions,
  caseOutcome,
  caseOutcomes,
  caseOwner,
  casePerson,
  caseView,
} from '../schemas/cases.js';
import { cursorInstant, pending, uuid } from '../schemas/common.js';

const byId = z.strictObject({ id: uuid });
const byPerson = z.strictObject({ id: uuid, personId: uuid });

function notFound(): KontorError {
  return new KontorError('NOT_FOUND', 'There is no such case.');
}

async function requireCase(trx: Trx, id: string): Promise<CaseView> {
  const [found] = await caseList(trx, { id, limit: 1 });
  if (found === undefined) throw notFound();
  return found;
}

function toJson({ participantState: _state, ...found }: CaseView): z.input<typeof caseView> {
  return { ...found, decisions: [...decisionsOf(found.kind, found.handling)] };
}

export const caseRoutes = [
  route({
    method: 'get',
    path: '/v1/cases',
    summary: 'List cases, the latest first',
    tags: ['Cases'],
    action: 'cases.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      ...CASE_FILTERS,
      filter: uuid
        .optional()
        .meta({ description: 'A saved filter; what is given beside it takes the place of what it says' }),
    }),
    responses: { 200: { description: 'A page of cases', schema: pageOf(caseView) } },
    handler: async ({ query: { limit, after, filter: filterId, ...given }, deps, principal, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const sender = senderOf(principal);
      const { owner, involved, ...filter } = {
        ...(await savedQuery(deps.db, sender, filterId, CASE_FILTERS)),
        ...given,
      };
      const mine = { ownerId: owner && sender.id, involvedId: involved && sender.id };
      const found = await transaction((trx) => caseList(trx, { ...filter, ...mine, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, (row) => [row.foundAt, row.id], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/cases/{id}',
    summary: 'Show a case with its evidence',
    tags: ['Cases'],
    action: 'cases.read',
    params: byId,
    responses: { 200: { description: 'The case', schema: caseView } },
    handler: async ({ params, transaction }) =>
      reply(200, toJson(await transaction((trx) => requireCase(trx, params.id)))),
  }),
  route({
    method: 'post',
    path: '/v1/cases/{id}/decision',
    summary: 'Decide a case',
    description:
      'By the people of the partner team, while the review lasts or the MSP is parked (rule 5). A total that moved is ' +
      'confirmed by somebody who neither opened the run nor decided a case of the MSP. What came after the last statement ' +
      'of an MSP (`after_last_statement`) stays open until a person confirms that it was credited or invoiced, or waives it.',
    tags: ['Cases'],
    action: 'cases.decide',
    params: byId,
    body: caseDecision,
    responses: {
      200: { description: 'The decision counts', schema: caseOutcome },
      202: { description: 'Nobody answered in time; ask again with the same Idempotency-Key', schema: pending },
    },
    handler: async ({ deps, limits, params, body, actor, receivedAt, requestId, transaction }) => {
      const found = await transaction((trx) => requireCase(trx, params.id));
      const mspId = requireMspOf(found);
      const { decision, quantity = null, reason = null } = body;
      const content = { decision, quantity, reason, seenResolvedAt: found.resolvedAt?.toISOString() ?? null };
      const made = { id: requestId, subject: `case:${found.id}`, content, actor, at: receivedAt };
      await transaction((trx) =>
        insertOnlyDecision(trx, { kind: 'case', ...made }, () => {
          requireDecidable(found);
        }),
      );
      const answer = await askDecision(
        deps,
        { programme: found.programme, period: found.period, mspId },
        { caseId: found.id, decisionId: requestId },
        { requestId, timeoutMs: limits.updateTimeoutMs },
      );
      if (!answer.answered) return PENDING;
      const { caseId, state, statementNumber } = answer.result;
      return reply(200, { caseId, state, statementNumber });
    },
  }),
  route({
    method: 'post',
    path: '/v1/cases/decisions',
    summary: 'Decide many cases at once, alike',
    description:
      'By their ids, or all open ones of a month, a kind or an MSP. Each is decided as if it were decided by itself, with the same ' +
      'refusals, of which each is told; the others count. A second person is asked for where a single decision asks for one, and ' +
      'nobody else’s decision is overruled. STATE_CONFLICT where the filter finds another number of cases than `expected`.',
    tags: ['Cases'],
    action: 'cases.decide',
    body: caseDecisions,
    responses: {
      200: { description: 'What became of each', schema: caseOutcomes },
      202: { description: 'Some are pending; ask again with the same Idempotency-Key', schema: caseOutcomes },
    },
    handler: async (context) => {
      const outcomes = await decideMany(context);
      return outcomes.pending === 0 ? reply(200, outcomes) : { ...reply(202, outcomes), pending: true };
    },
  }),
  route({
    method: 'put',
    path: '/v1/cases/{id}/owner',
    summary: 'Say who of the partner team looks after a case',
    description:
      'Somebody who may decide cases, or nobody. Whoever takes it from somebody names her under `replaces`: STATE_CONFLICT where ' +
      'it is meanwhile another’s. Who owns it changes nothing of who may decide it (rules 5 and 18).',
    tags: ['Cases'],
    action: 'cases.decide',
    params: byId,
    body: caseOwner,
    responses: { 200: { description: 'The case', schema: caseView } },
    handler: async ({ params, body, actor, receivedAt: at, requestId, transaction }) => {
      const { personId, replaces = null } = body;
      const change = { id: requestId, caseId: params.id, at, actor };
      const found = await transaction(async (trx) => {
        await assign(trx, { ...change, personId, replaces });
        return requireCase(trx, params.id);
      });
      return reply(200, toJson(found));
    },
  }),
  route({
    method: 'put',
    path: '/v1/cases/{id}/people/{personId}',
    summary: 'Let somebody of the partner team follow a case',
    description: `Somebody who may see cases, ${MOST_PEOPLE} at most. Case lists show it to her with \`involved=me\`.`,
    tags: ['Cases'],
    action: 'cases.decide',
    params: byPerson,
    responses: { 200: { description: 'The case', schema: caseView } },
    handler: async ({ params: { id: caseId, personId }, actor, receivedAt: at, requestId: id, transaction }) => {
      const found = await transaction(async (trx) => {
        await addPerson(trx, { id, caseId, at, actor, personId });
        return requireCase(trx, caseId);
      });
      return reply(200, toJson(found));
    },
  }),
  route({
    method: 'delete',
    path: '/v1/cases/{id}/people/{personId}',
    summary: 'Let somebody no longer follow a case',
    tags: ['Cases'],
    action: 'cases.decide',
    params: byPerson,
    responses: { 204: { description: 'She does not' } },
    handler: async ({ params: { id: caseId, personId }, actor, receivedAt: at, requestId: id, transaction }) => {
      await transaction((trx) => removePerson(trx, { id, caseId, at, actor, personId }));
      return emptyReply(204);
    },
  }),
  route({
    method: 'get',
    path: '/v1/cases/{id}/people',
    summary: 'List who looks after a case, or did, the latest first',
    tags: ['Cases'],
    action: 'cases.read',
    params: byId,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of people', schema: pageOf(casePerson) } },
    handler: async ({ params: { id: caseId }, query: { limit, after }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const found = await transaction(async (trx) => {
        await requireCase(trx, caseId);
        return casePeople(trx, { caseId, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(
          found,
          limit,
          (row) => [row.fromAt, row.id],
          (row) => row,
        ),
      );
    },
  }),
];
