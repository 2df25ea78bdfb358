/** What is said of a case, among the people of one company or to all who see it. */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import {
  caseComments,
  countComments,
  insertComment,
  withdrawComment,
  type CaseComment,
  type Commenting,
} from '../../db/access/caseCommentStore.js';
import { isDeskActive, lockAtDesk } from '../../db/access/handOverStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { KontorError } from '../../domain/errors.js';
import { sideOf } from '../../domain/serviceDesk.js';
import { requireSeenCase } from '../cases/handOver.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf, type Principal } from '../principal.js';
import { reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { caseComment, newCaseComment } from '../schemas/desk.js';

const tags = ['Service desk'] as const;
const byId = z.strictObject({ id: uuid });
const byComment = z.strictObject({ id: uuid, commentId: uuid });

/** What one company writes about one case. */
const MOST_COMMENTS = 500;

function commenting(principal: Principal): Commenting {
  const sender = senderOf(principal);
  return { companyId: sender.companyId, side: sideOf(sender) };
}

/** Who acts for the partner team is between its people. */
function toJson({ side }: Commenting): (found: CaseComment) => z.input<typeof caseComment> {
  return (found) => ({
    ...found,
    writtenBy: found.side === 'partner_team' && side !== 'partner_team' ? null : found.writtenBy,
  });
}

/** One that the reader sees, of a case that she sees; NOT_FOUND. */
async function requireComment(
  trx: Trx,
  reader: Commenting,
  { id: caseId, commentId: id }: z.output<typeof byComment>,
): Promise<CaseComment> {
  await requireSeenCase(trx, reader.side, caseId);
  const [found] = await caseComments(trx, { ...reader, caseId, id, limit: 1 });
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such comment on this case.');
  return found;
}

export const caseCommentRoutes = [
  route({
    method: 'get',
    path: '/v1/cases/{id}/comments',
    summary: 'List what was said of a case, the latest first',
    description:
      'What is shared, and what was said among the people of your company. Members who are limited to tenants see what was said ' +
      'among such members. Of what was withdrawn it stays to be seen that it was there.',
    tags,
    action: 'desk.read',
    params: byId,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of comments', schema: pageOf(caseComment) } },
    handler: async ({ params: { id: caseId }, query: { limit, after }, principal, transaction }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const reader = commenting(principal);
      const found = await transaction(async (trx) => {
        await requireSeenCase(trx, reader.side, caseId);
        return caseComments(trx, { ...reader, caseId, limit: limit + 1, after: cursor });
      });
      return reply(
        200,
        toPage(found, limit, (row) => [row.writtenAt, row.id], toJson(reader)),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/cases/{id}/comments',
    summary: 'Say something of a case',
    description:
      'Internally, to the people of your company alone, or shared with all who see the case, now or once it is handed to them. It is ' +
      `never changed. A company writes ${MOST_COMMENTS} about a case at most (STATE_CONFLICT).`,
    tags,
    action: 'desk.write',
    params: byId,
    body: newCaseComment,
    responses: { 201: { description: 'The comment', schema: caseComment } },
    handler: async ({ deps, params, body, principal, actor, receivedAt: at, requestId: id, transaction }) => {
      const caseId = params.id;
      const author = commenting(principal);
      await transaction((trx) => requireSeenCase(trx, author.side, caseId));
      await deps.db.transaction(ALL, async (trx) => {
        const locked = await lockAtDesk(trx, caseId);
        // Whoever switched it off meanwhile has the last word.
        if (author.side === 'customer' && !(locked && (await isDeskActive(trx, locked.mspId)))) {
          throw new KontorError('NOT_FOUND', 'There is no such case.');
        }
        if ((await countComments(trx, { caseId, companyId: author.companyId })) >= MOST_COMMENTS) {
          throw new KontorError(
            'STATE_CONFLICT',
            `Your company has written ${MOST_COMMENTS} comments about this case.`,
          );
        }
        const made = await insertComment(trx, { id, caseId, ...author, ...body, at, by: actor });
        if (made === undefined) return;
        appendAudit(trx, {
          ...{ at, actor, action: 'case.commented', subject: `case:${caseId}`, mspId: made.mspId },
          // Not what was said: the trail is read by the partner team.
          after: { commentId: id, audience: body.audience },
        });
      });
      const found = await transaction((trx) => requireComment(trx, author, { id: caseId, commentId: id }));
      return reply(201, toJson(author)(found));
    },
  }),
  route({
    method: 'post',
    path: '/v1/cases/{id}/comments/{commentId}/withdraw',
    summary: 'Withdraw what you said of a case',
    description:
      'By its author alone. Its text is shown to nobody any more; that it was there, by whom and until when, is.',
    tags,
    action: 'desk.write',
    params: byComment,
    responses: { 200: { description: 'What is left of it', schema: caseComment } },
    handler: async ({ deps, params, principal, actor, receivedAt: at, transaction }) => {
      const reader = commenting(principal);
      const found = await transaction((trx) => requireComment(trx, reader, params));
      const isAuthor = found.writtenBy.id === actor.id && found.companyId === reader.companyId;
      if (!isAuthor) throw new KontorError('FORBIDDEN', 'Only who wrote a comment withdraws it.');
      await deps.db.transaction(ALL, async (trx) => {
        const withdrawn = await withdrawComment(trx, { id: found.id, at });
        if (withdrawn === undefined) return;
        appendAudit(trx, {
          ...{ at, actor, action: 'case.commentWithdrawn', subject: `case:${params.id}`, mspId: withdrawn.mspId },
          after: { commentId: found.id, audience: found.audience },
        });
      });
      return reply(200, toJson(reader)(await transaction((trx) => requireComment(trx, reader, params))));
    },
  }),
];
