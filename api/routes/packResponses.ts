import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { billingPackList } from '../../db/readModels/billingPackList.js';
import {
  answerPackQuestion,
  insertPackResponse,
  listPackResponses,
  lockPack,
  packCorrespondents,
  type PackResponse,
} from '../../db/statements/packResponseStore.js';
import { KontorError } from '../../domain/errors.js';
import { messageId } from '../../domain/messageId.js';
import { localeOf } from '../../locales/index.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { isPartnerTeam, type Principal } from '../principal.js';
import { reply, route, type Context } from '../route.js';
import { cursorInstant, programmeCode, uuid } from '../schemas/common.js';
import { packAnswer, packQuestion, packResponse } from '../schemas/packResponses.js';

const tags = ['Billing packs'] as const;
const byId = z.strictObject({ id: uuid });

function toJson(principal: Principal): (response: PackResponse) => z.input<typeof packResponse> {
  const team = isPartnerTeam(principal);
  return (response) => (team ? response : { ...response, answeredBy: null });
}

async function find(trx: Trx, id: string): Promise<PackResponse> {
  const [found] = await listPackResponses(trx, { id, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such question about a billing pack.');
  return found;
}

type Responding = Pick<
  Context<z.output<typeof byId>, unknown, unknown>,
  'deps' | 'params' | 'actor' | 'receivedAt' | 'requestId' | 'transaction'
>;

/** Keeps what a distributor says of a pack that it sees; a question goes to the partner team by mail. Again: what was kept. */
async function respond(context: Responding, question: string | null): Promise<PackResponse> {
  const { deps, params, actor, receivedAt, requestId: id, transaction } = context;
  const [pack] = await transaction((trx) => billingPackList(trx, { id: params.id, limit: 1 }));
  if (pack === undefined) throw new KontorError('NOT_FOUND', 'There is no such billing pack.');
  const kind = question === null ? 'acknowledged' : 'questioned';
  const mail = messageId('pack-questioned', id);
  const kept = await deps.db.transaction(ALL, async (trx) => {
    await lockPack(trx, pack.id);
    const [known] = await listPackResponses(trx, { id, limit: 1 });
    if (known !== undefined) return known;
    const [open] = await listPackResponses(trx, { billingPackId: pack.id, open: true, limit: 1 });
    if (open !== undefined) {
      throw new KontorError('STATE_CONFLICT', 'The question about this pack before has no answer yet: wait for it.');
    }
    const said = { billingPackId: pack.id, distributorId: pack.distributorId, saidAt: receivedAt, saidBy: actor };
    if (!(await insertPackResponse(trx, { id, kind, question, ...said }))) {
      throw new KontorError('STATE_CONFLICT', 'This pack is acknowledged already.');
    }
    appendAudit(trx, {
      ...{ at: receivedAt, actor, action: `billingPack.${kind}`, subject: `billing-pack:${pack.id}` },
      after: { responseId: id, question },
    });
    if (question !== null) {
      const to = await packCorrespondents(trx, pack.id);
      const about = { programmeName: to.programmeName, distributorName: to.distributorName };
      const letter = {
        ...{ kind: 'packQuestioned' as const, messageId: mail, notBefore: receivedAt, programme: pack.programme },
        ...{ to: { address: to.partnerTeamEmail }, locale: localeOf(to.partnerTeamLocale), billingPackId: pack.id },
        params: { ...about, period: pack.period, supplement: pack.supplement, question, askedBy: actor.name },
      };
      await enqueueMails(trx, [letter], receivedAt);
    }
    return find(trx, id);
  });
  if (question !== null) deps.mails.shortly(mail);
  return kept;
}

export const packResponseRoutes = [
  route({
    method: 'post',
    path: '/v1/billing-packs/{id}/acknowledge',
    summary: 'Acknowledge a billing pack',
    description:
      'Once. STATE_CONFLICT while a question about it has no answer. A question may still be asked afterwards.',
    tags,
    action: 'packs.respond',
    params: byId,
    responses: { 201: { description: 'It is acknowledged', schema: packResponse } },
    handler: async (context) => reply(201, toJson(context.principal)(await respond(context, null))),
  }),
  route({
    method: 'post',
    path: '/v1/billing-packs/{id}/questions',
    summary: 'Ask something about a billing pack',
    description: 'The partner team gets it by mail. One question at a time: STATE_CONFLICT while one has no answer.',
    tags,
    action: 'packs.respond',
    params: byId,
    body: packQuestion,
    responses: { 201: { description: 'The question is kept', schema: packResponse } },
    handler: async (context) => reply(201, toJson(context.principal)(await respond(context, context.body.question))),
  }),
  route({
    method: 'get',
    path: '/v1/billing-pack-responses',
    summary: 'List what distributors said of their billing packs, the latest first',
    description: 'A distributor sees its own. With `open=true` the questions that wait for an answer.',
    tags,
    action: 'packs.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      billingPackId: uuid.optional(),
      programme: programmeCode.optional(),
      open: z.enum(['true', 'false']).optional(),
    }),
    responses: { 200: { description: 'A page of them', schema: pageOf(packResponse) } },
    handler: async ({ query: { limit, after, open, ...filter }, principal, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const of = { ...filter, open: open === undefined ? undefined : open === 'true', limit: limit + 1, after: cursor };
      const found = await transaction((trx) => listPackResponses(trx, of));
      return reply(
        200,
        toPage(found, limit, (row) => [row.saidAt, row.id], toJson(principal)),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/billing-pack-responses/{id}/answer',
    summary: 'Answer a question about a billing pack, once',
    description: 'The distributor gets question and answer by mail. STATE_CONFLICT where somebody has answered it.',
    tags,
    action: 'packs.answer',
    params: byId,
    body: packAnswer,
    responses: { 200: { description: 'The question with its answer', schema: packResponse } },
    handler: async ({ deps, params: { id }, body: { answer }, actor, receivedAt, principal, transaction }) => {
      const mail = messageId('pack-answered', id);
      const answered = await transaction(async (trx) => {
        const found = await find(trx, id);
        if (found.kind === 'acknowledged') throw new KontorError('STATE_CONFLICT', 'It asks nothing: it acknowledges.');
        if (!(await answerPackQuestion(trx, { id, answer, at: receivedAt, by: actor }))) {
          const { answer: given, answeredBy } = await find(trx, id);
          if (given === answer && answeredBy?.id === actor.id) return find(trx, id);
          throw new KontorError('STATE_CONFLICT', `${answeredBy?.name ?? 'Somebody'} has answered it: read it again.`);
        }
        const { billingPackId, distributorId, programme, period, supplement } = found;
        appendAudit(trx, {
          ...{ at: receivedAt, actor, action: 'billingPack.answered', subject: `billing-pack:${billingPackId}` },
          after: { responseId: id, answer },
        });
        const to = await packCorrespondents(trx, billingPackId);
        const letter = {
          ...{ kind: 'packAnswered' as const, messageId: mail, notBefore: receivedAt, programme, distributorId },
          ...{
            to: { companyId: distributorId, purpose: 'statements' as const },
            locale: to.distributorLocale,
            billingPackId,
          },
          params: { vendorName: to.vendorName, period, supplement, question: found.question ?? '', answer },
        };
        await enqueueMails(trx, [letter], receivedAt);
        return find(trx, id);
      });
      deps.mails.shortly(mail);
      return reply(200, toJson(principal)(answered));
    },
  }),
];
