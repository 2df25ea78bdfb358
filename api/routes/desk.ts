/** Cases that are handed over between the partner team, an MSP and its customer. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { isDeskActive, listHandOvers, setDeskActive, type HandOver } from '../../db/access/handOverStore.js';
import { ALL } from '../../db/connect.js';
import { deskCases, type DeskCase } from '../../db/readModels/deskCases.js';
import { answerUntil, sideOf, type Holder } from '../../domain/serviceDesk.js';
import { handOver, requireDeskCase, requireSeenCase } from '../cases/handOver.js';
import { savedQuery } from '../cases/savedQuery.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf } from '../principal.js';
import { requireMsp } from '../requireMsp.js';
import { reply, route } from '../route.js';
import { cursorInstant, cursorNumber, uuid } from '../schemas/common.js';
import { DESK_FILTERS, deskCase, deskSwitch, handOver as handOverJson, newHandOver } from '../schemas/desk.js';

const tags = ['Service desk'] as const;
const byId = z.strictObject({ id: uuid });
const byMsp = z.strictObject({ mspId: uuid });

function toJson(now: Date): (found: DeskCase) => z.input<typeof deskCase> {
  return ({ participantState, reviewUntil, ...found }) => {
    const until = answerUntil({ ...found, participantState, reviewUntil });
    const counts = found.state === 'open' && (until === null || until > now);
    return { ...found, answerUntil: until, answerCounts: counts };
  };
}

/** Who acts for the partner team is between its people. */
function handOverTo(reader: Holder): (one: HandOver & { number: number }) => z.input<typeof handOverJson> {
  return ({ number: _number, by, ...one }) => ({
    ...one,
    by: one.side === 'partner_team' && reader !== 'partner_team' ? null : by,
  });
}

export const deskRoutes = [
  route({
    method: 'get',
    path: '/v1/desk/cases',
    summary: 'List the cases that were handed to you, the latest first',
    description:
      'To an MSP those that the partner team handed to it; to a customer, and to whoever is limited to tenants, those of these ' +
      'tenants that the MSP handed on, while it has that switched on. The partner team sees all that were handed over.',
    tags,
    action: 'desk.read',
    query: z.strictObject({
      ...PAGE_QUERY,
      ...DESK_FILTERS,
      filter: uuid
        .optional()
        .meta({ description: 'A saved filter; what is given beside it takes the place of what it says' }),
    }),
    responses: { 200: { description: 'A page of cases', schema: pageOf(deskCase) } },
    handler: async ({
      query: { limit, after, filter: filterId, ...given },
      deps,
      principal,
      receivedAt,
      transaction,
    }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const filter = { ...(await savedQuery(deps.db, senderOf(principal), filterId, DESK_FILTERS)), ...given };
      const found = await transaction((trx) => deskCases(trx, { ...filter, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, (row) => [row.foundAt, row.id], toJson(receivedAt)),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/desk/cases/{id}',
    summary: 'Show a case that was handed to you, with its evidence',
    tags,
    action: 'desk.read',
    params: byId,
    responses: { 200: { description: 'The case', schema: deskCase } },
    handler: async ({ params: { id }, receivedAt, transaction }) =>
      reply(200, toJson(receivedAt)(await transaction((trx) => requireDeskCase(trx, id)))),
  }),
  route({
    method: 'post',
    path: '/v1/cases/{id}/hand-over',
    summary: 'Hand a case over: to ask, to answer, or to take it back',
    description:
      'From the partner team to the MSP, from the MSP on to the customer of its tenant, and back the same way; whoever handed it ' +
      'over may take it back. An answer may propose a decision; the partner team decides, by `POST /v1/cases/{id}/decision` ' +
      '(rule 5). No deadline moves: ALREADY_DECIDED or REVIEW_ENDED once an answer would no longer count. STATE_CONFLICT where it ' +
      'is meanwhile with somebody else.',
    tags,
    action: 'desk.write',
    params: byId,
    body: newHandOver,
    responses: { 201: { description: 'Where it is now, and until when an answer counts', schema: deskCase } },
    handler: async ({
      deps,
      params: { id: caseId },
      body,
      principal,
      actor,
      receivedAt: at,
      requestId,
      transaction,
    }) => {
      const side = sideOf(senderOf(principal));
      await transaction((trx) => requireSeenCase(trx, side, caseId));
      const { to, note, proposal } = body;
      const proposed = proposal == null ? null : { decision: proposal.decision, quantity: proposal.quantity ?? null };
      await deps.db.transaction(ALL, (trx) =>
        handOver(trx, { caseId, id: requestId, side, to, note, proposal: proposed, at, actor }),
      );
      return reply(201, toJson(at)(await transaction((trx) => requireDeskCase(trx, caseId))));
    },
  }),
  route({
    method: 'get',
    path: '/v1/cases/{id}/hand-overs',
    summary: 'List how a case came to where it is, the latest first',
    description: 'With what was said. A customer sees what was handed to it and by it.',
    tags,
    action: 'desk.read',
    params: byId,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of them', schema: pageOf(handOverJson) } },
    handler: async ({ params: { id: caseId }, query: { limit, after }, principal, transaction }) => {
      const side = sideOf(senderOf(principal));
      const [before] = readCursor(after, z.tuple([cursorNumber])) ?? [];
      const found = await transaction(async (trx) => {
        await requireSeenCase(trx, side, caseId);
        return listHandOvers(trx, { caseId, limit: limit + 1, after: before });
      });
      return reply(
        200,
        toPage(found, limit, (row) => [row.number], handOverTo(side)),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/msps/{mspId}/service-desk',
    summary: 'Show whether customers take part in cases',
    tags,
    action: 'desk.activate',
    params: byMsp,
    responses: { 200: { description: 'Whether they do', schema: deskSwitch } },
    handler: async ({ params: { mspId }, transaction }) => {
      const active = await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        return isDeskActive(trx, mspId);
      });
      return reply(200, { active });
    },
  }),
  route({
    method: 'put',
    path: '/v1/msps/{mspId}/service-desk',
    summary: 'Let customers take part in cases, or no more',
    description:
      'Before, nothing of it is there for customers, for those who act for them, and for members limited to tenants; nor from the ' +
      'next request on once it is off again. What was said is kept.',
    tags,
    action: 'desk.activate',
    params: byMsp,
    body: deskSwitch,
    responses: { 200: { description: 'Whether they do', schema: deskSwitch } },
    handler: async ({ params: { mspId }, body: { active }, actor, receivedAt: at, transaction }) => {
      await transaction(async (trx) => {
        await requireMsp(trx, mspId);
        if (!(await setDeskActive(trx, { mspId, active, at, by: actor }))) return;
        const action = active ? 'serviceDesk.activated' : 'serviceDesk.deactivated';
        appendAudit(trx, { at, actor, action, subject: `msp:${mspId}`, mspId, after: { active } });
      });
      return reply(200, { active });
    },
  }),
];
