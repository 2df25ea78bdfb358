import { z } from 'zod';
import { insertOnlyDecision } from '../../db/access/decisionStore.js';
import { caseList, type CaseView } from '../../db/readModels/caseList.js';
import { KontorError } from '../../domain/errors.js';
import { decisionsOf } from '../../domain/reconcile/index.js';
import { askDecision } from '../../starts/settleStatement.js';
import { decideMany } from '../cases/decideMany.js';
import { requireDecidable, requireMspOf } from '../cases/requireDecidable.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { PENDING, reply, route } from '../route.js';
import {
  caseDecision,
  caseDecisions,
  caseKind,
  caseOutcome,
  caseOutcomes,
  caseState,
  caseView,
} from '../schemas/cases.js';
import { cursorInstant, pending, period, programmeCode, uuid } from '../schemas/common.js';

const byId = z.strictObject({ id: uuid });

function notFound(): KontorError {
  return new KontorError('NOT_FOUND', 'There is no such case.');
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
      programme: programmeCode.optional(),
      period: period.optional(),
      state: caseState.optional(),
      kind: caseKind.optional(),
      mspId: uuid.optional(),
    }),
    responses: { 200: { description: 'A page of cases', schema: pageOf(caseView) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const found = await transaction((trx) => caseList(trx, { ...filter, limit: limit + 1, after: cursor }));
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
    handler: async ({ params, transaction }) => {
      const [found] = await transaction((trx) => caseList(trx, { id: params.id, limit: 1 }));
      if (found === undefined) throw notFound();
      return reply(200, toJson(found));
    },
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
      const [found] = await transaction((trx) => caseList(trx, { id: params.id, limit: 1 }));
      if (found === undefined) throw notFound();
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
];
