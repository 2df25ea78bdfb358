import { z } from 'zod';
import { boundsOf } from '../../db/access/senderStore.js';
import { actingChoices } from '../../db/access/sessionStore.js';
import { findToken, listTokens, revokeToken } from '../../db/access/tokenStore.js';
import { ALL } from '../../db/connect.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { senderOf } from '../principal.js';
import { emptyReply, reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { newOwnToken } from '../schemas/signIn.js';
import { issuedToken, token } from '../schemas/tokens.js';
import { issueOnce } from './tokens.js';

const tags = ['Sign-in'] as const;
const YEAR_MS = 366 * 86_400_000;

/** A person's own tokens. */
export const ownTokenRoutes = [
  route({
    method: 'post',
    path: '/v1/me/tokens',
    summary: 'Issue a token of your own: it acts as you, for one company, in one view, until it expires',
    description: 'The token is shown in this answer alone; a repeat under the same Idempotency-Key gets 409.',
    tags,
    action: 'me.manage',
    session: true,
    showsSecret: true,
    body: newOwnToken,
    responses: { 201: { description: 'The token, shown once', schema: issuedToken } },
    handler: async ({ deps, body, principal, actor, receivedAt: at, requestId: id }) => {
      const sender = senderOf(principal);
      const { name, narrowedTo, expiresAt, membershipId = sender.membershipId, view = sender.view } = body;
      if (expiresAt.getTime() > at.getTime() + YEAR_MS) {
        throw fieldError('VALIDATION_FAILED', '/expiresAt', 'A token lasts a year at most.');
      }
      const issued = await deps.db.transaction(ALL, async (trx) => {
        const choices = await actingChoices(trx, sender.id, boundsOf(sender));
        if (!choices.some((each) => each.membershipId === membershipId && each.view === view)) {
          throw fieldError('VALIDATION_FAILED', '/membershipId', 'You may not act by it in this view now.');
        }
        return issueOnce(trx, { id, membershipId, view, name, narrowedTo, expiresAt, at, by: actor });
      });
      return reply(201, issued);
    },
  }),
  route({
    method: 'get',
    path: '/v1/me/tokens',
    summary: 'List your own tokens, revoked ones included',
    tags,
    action: 'me.read',
    session: true,
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of tokens', schema: pageOf(token) } },
    handler: async ({ deps, query: { limit, after }, principal }) => {
      const cursor = readCursor(after, z.tuple([cursorInstant, uuid]));
      const sender = senderOf(principal);
      const of = { within: null, personId: sender.id, companyId: boundsOf(sender)?.companyId };
      const found = await deps.db.transaction(ALL, (trx) =>
        listTokens(trx, { ...of, limit: limit + 1, after: cursor }),
      );
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ createdAt, id }) => [createdAt, id],
          (item) => item,
        ),
      );
    },
  }),
  route({
    method: 'delete',
    path: '/v1/me/tokens/{id}',
    summary: 'Revoke one of your own tokens',
    tags,
    action: 'me.manage',
    session: true,
    params: z.strictObject({ id: uuid }),
    responses: { 204: { description: 'The token is worth nothing from now on, in every process' } },
    handler: async ({ deps, params: { id }, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      await deps.db.transaction(ALL, async (trx) => {
        const found = await findToken(trx, id);
        const companyId = boundsOf(sender)?.companyId ?? found?.companyId;
        if (found?.holder.kind !== 'person' || found.holder.id !== sender.id || found.companyId !== companyId) {
          throw new KontorError('NOT_FOUND', 'You have no such token.');
        }
        await revokeToken(trx, id, { at, by: actor });
      });
      return emptyReply(204);
    },
  }),
];
