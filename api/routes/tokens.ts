import { z } from 'zod';
import { findMembership, membershipOfAccount } from '../../db/access/membershipStore.js';
import { findToken, issueToken, listTokens, revokeToken, type NewToken } from '../../db/access/tokenStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { viewsOf } from '../../db/parties/companyStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { requireCovered, scopeWithin } from '../mayGrant.js';
import { isPartnerTeam, mayManage, senderOf } from '../principal.js';
import { emptyReply, reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { issuedToken, newToken, token } from '../schemas/tokens.js';
import { requireServiceAccount } from './serviceAccounts.js';

const tags = ['Access'] as const;

/** Issues it unless this very request did so before: the text is gone then. */
export async function issueOnce(trx: Trx, input: NewToken): Promise<{ id: string; token: string }> {
  if ((await findToken(trx, input.id)) !== undefined) {
    throw new KontorError('STATE_CONFLICT', 'This was done already; the secret was shown once and is not kept.');
  }
  if (input.expiresAt != null && input.expiresAt <= input.at) {
    throw fieldError('VALIDATION_FAILED', '/expiresAt', 'It has passed.');
  }
  return issueToken(trx, input);
}

export const tokenRoutes = [
  route({
    method: 'post',
    path: '/v1/tokens',
    summary: 'Issue a token of a service account',
    description: 'The token is shown in this answer alone; a repeat under the same Idempotency-Key gets 409.',
    tags,
    action: 'people.manage',
    showsSecret: true,
    body: newToken,
    responses: { 201: { description: 'The token, shown once', schema: issuedToken } },
    handler: async ({
      deps,
      body: { serviceAccountId, expiresAt, ...body },
      principal,
      actor,
      receivedAt: at,
      requestId: id,
    }) => {
      const issued = await deps.db.transaction(ALL, async (trx) => {
        const membership = await membershipOfAccount(trx, serviceAccountId);
        const { companyId, endedAt } = await requireServiceAccount(trx, principal, serviceAccountId);
        if (membership === undefined || endedAt !== null) {
          throw fieldError('STATE_CONFLICT', '/serviceAccountId', 'This service account has ended.');
        }
        await requireCovered(trx, senderOf(principal), membership);
        if (!(await viewsOf(trx, companyId)).includes(body.view)) {
          throw fieldError('VALIDATION_FAILED', '/view', 'Its company does not hold this view.');
        }
        const terms = { ...body, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) };
        return issueOnce(trx, { id, membershipId: membership.id, ...terms, at, by: actor });
      });
      return reply(201, issued);
    },
  }),
  route({
    method: 'get',
    path: '/v1/tokens',
    summary: 'List tokens of your company, revoked ones included',
    description: 'The partner team sees those of all companies.',
    tags,
    action: 'people.read',
    query: z.strictObject({ ...PAGE_QUERY, companyId: uuid.optional() }),
    responses: { 200: { description: 'A page of tokens', schema: pageOf(token) } },
    handler: async ({ deps, query: { companyId, ...query }, principal }) => {
      const after = readCursor(query.after, z.tuple([cursorInstant, uuid]));
      const of = isPartnerTeam(principal) ? companyId : senderOf(principal).companyId;
      const limit = query.limit + 1;
      const found = await deps.db.transaction(ALL, async (trx) =>
        listTokens(trx, { companyId: of, within: await scopeWithin(trx, senderOf(principal)), limit, after }),
      );
      return reply(
        200,
        toPage(
          found,
          query.limit,
          ({ createdAt, id }) => [createdAt, id],
          (item) => item,
        ),
      );
    },
  }),
  route({
    method: 'delete',
    path: '/v1/tokens/{id}',
    summary: 'Revoke a token',
    tags,
    action: 'people.manage',
    params: z.strictObject({ id: uuid }),
    responses: { 204: { description: 'The token is worth nothing from now on, in every process' } },
    handler: async ({ deps, params: { id }, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      await deps.db.transaction(ALL, async (trx) => {
        const found = await findToken(trx, id);
        const membership = found === undefined ? undefined : await findMembership(trx, found.membershipId);
        if (membership === undefined || !mayManage(sender, membership.companyId)) {
          throw new KontorError('NOT_FOUND', 'There is no such token.');
        }
        await requireCovered(trx, sender, membership);
        await revokeToken(trx, id, { at, by: actor });
      });
      return emptyReply(204);
    },
  }),
];
