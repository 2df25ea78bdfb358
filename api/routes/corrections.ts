import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { correctionPdf } from '../../db/corrections/correctionDocumentStore.js';
import { listCorrections } from '../../db/corrections/correctionStore.js';
import { correctedStatement, revisionNumber } from '../../db/readModels/correctedStatement.js';
import { statementPdf } from '../../db/readModels/statementPdf.js';
import type { DecisionContent } from '../../domain/decision.js';
import { KontorError } from '../../domain/errors.js';
import { askForCorrection, previewCorrection } from '../corrections/askForCorrection.js';
import { decideCorrection } from '../corrections/decideCorrection.js';
import { correctionJson, previewJson } from '../corrections/present.js';
import { requireCorrection } from '../corrections/requireCorrection.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { fileReply, PENDING, reply, route, type Context } from '../route.js';
import { cursorText, pending, programmeCode, uuid } from '../schemas/common.js';
import {
  askedCorrection,
  correctedStatement as correctedSchema,
  correction,
  correctionDecision,
  correctionOutcome,
  correctionPreview,
  correctionState,
  correctionWithdrawal,
  previewInput,
} from '../schemas/corrections.js';
import { toAmount } from '../schemas/statements.js';

const tags = ['Corrections'] as const;
const byId = z.strictObject({ id: uuid });
const byRevision = z.strictObject({ id: uuid, revision: z.coerce.number().pipe(z.int().min(1).max(1000)) });

/** As it was mailed; the first is the statement as issued. */
async function revisionPdf(trx: Trx, { id: statementId, revision }: z.output<typeof byRevision>) {
  if (revision === 1) return statementPdf(trx, statementId);
  const of = await revisionNumber(trx, { statementId, revision });
  const document = of && (await correctionPdf(trx, of.correctionId));
  return of && document && { number: of.number, ...document };
}

/** Keeps what ends the correction and passes it to its workflow: the outcome, or PENDING where no worker took it in time. */
async function decide(
  context: Context<z.output<typeof byId>, unknown, unknown>,
  content: DecisionContent<'correction'>,
) {
  const { params, requestId, actor, receivedAt: at, deps, limits, transaction } = context;
  const found = await transaction((trx) => requireCorrection(trx, params.id));
  const deciding = { requestId, actor, at, timeoutMs: limits.updateTimeoutMs };
  const answer = await decideCorrection(deps, found, content, deciding);
  return answer.answered ? reply(200, answer.result) : PENDING;
}

const decided = {
  200: { description: 'Decided', schema: correctionOutcome },
  202: { description: 'No worker took it in time; ask again', schema: pending },
};

export const correctionRoutes = [
  route({
    method: 'post',
    path: '/v1/statements/{id}/corrections/preview',
    summary: 'Show what a correction of an issued statement would say',
    description:
      'Nothing is kept. Never more than was billed is taken off a line or a statement, and amounts charged by hand at most ' +
      'double it (CORRECTION_EXCEEDS_BILLED).',
    tags,
    action: 'corrections.ask',
    params: byId,
    body: previewInput,
    responses: { 200: { description: 'Its line with what is left before and after', schema: correctionPreview } },
    handler: async ({ params, body, transaction }) =>
      reply(200, previewJson(await transaction((trx) => previewCorrection(trx, params.id, body.correction)))),
  }),
  route({
    method: 'post',
    path: '/v1/statements/{id}/corrections',
    summary: 'Ask for a correction of an issued statement',
    description:
      'By a person of the partner team; another one confirms it (rule 18). The statement itself never changes: what is ' +
      'confirmed is a line of the MSP’s next statement, a credit, or a new revision of the document. One of a statement waits ' +
      'at a time.',
    tags,
    action: 'corrections.ask',
    params: byId,
    body: askedCorrection,
    responses: { 202: { description: 'Kept; a second person decides', schema: correction } },
    handler: async ({ params, body, actor, receivedAt: at, requestId: id, deps, transaction }) => {
      const asked = await transaction((trx) =>
        askForCorrection(trx, { id, statementId: params.id, input: body.correction, reason: body.reason, actor, at }),
      );
      deps.starts.kept();
      return reply(202, correctionJson(asked));
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/corrections',
    summary: 'Show what came of an issued statement since: lines of later statements, credits, revisions',
    tags,
    action: 'statements.read',
    params: byId,
    responses: { 200: { description: 'What corrects it', schema: correctedSchema } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => correctedStatement(trx, params.id));
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such statement.');
      return reply(200, {
        booked: found.booked.map(({ amountMinor, currency, ...row }) => ({
          ...row,
          amount: toAmount(amountMinor, currency),
        })),
        credits: found.credits.map(({ totalMinor, currency, ...row }) => ({
          ...row,
          total: toAmount(totalMinor, currency),
        })),
        revisions: found.revisions,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/statements/{id}/revisions/{revision}/pdf',
    summary: 'Download a revision of a statement',
    tags,
    action: 'statements.read',
    params: byRevision,
    responses: { 200: { description: 'The document as it was mailed', file: 'application/pdf' } },
    handler: async ({ params, transaction }) => {
      const found = await transaction((trx) => revisionPdf(trx, params));
      if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such revision.');
      const { pdf: file, sha256, number } = found;
      return fileReply(200, {
        ...{ file, sha256, contentType: 'application/pdf' },
        filename: `${number}-${params.revision}.pdf`,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/corrections',
    summary: 'List corrections by hand, the latest first',
    tags,
    action: 'corrections.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      programme: programmeCode.optional(),
      mspId: uuid.optional(),
      statementId: uuid.optional(),
      state: correctionState.optional(),
    }),
    responses: { 200: { description: 'A page of corrections', schema: pageOf(correction) } },
    handler: async ({ query: { limit, after, ...filter }, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorText, uuid]));
      const found = await transaction((trx) => listCorrections(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, ({ askedAt, id }) => [askedAt.toISOString(), id], correctionJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/corrections/{id}',
    summary: 'Show a correction by hand',
    tags,
    action: 'corrections.read',
    params: byId,
    responses: { 200: { description: 'The correction', schema: correction } },
    handler: async ({ params, transaction }) =>
      reply(200, correctionJson(await transaction((trx) => requireCorrection(trx, params.id)))),
  }),
  route({
    method: 'post',
    path: '/v1/corrections/{id}/decision',
    summary: 'Confirm or refuse a correction',
    description:
      'Once; a second decision is ALREADY_DECIDED. Who asked, opened the run or decided a case of it does not confirm ' +
      '(FOUR_EYES_REQUIRED, rule 18). A refusal needs a reason.',
    tags,
    action: 'corrections.decide',
    params: byId,
    body: correctionDecision,
    responses: decided,
    handler: (context) => {
      const { decision, reason = null } = context.body;
      return decide(context, { end: decision, reason });
    },
  }),
  route({
    method: 'post',
    path: '/v1/corrections/{id}/withdraw',
    summary: 'Withdraw a correction that one asked for and that waits',
    tags,
    action: 'corrections.ask',
    params: byId,
    body: correctionWithdrawal,
    responses: decided,
    handler: (context) => decide(context, { end: 'withdraw', reason: context.body.reason ?? null }),
  }),
];
