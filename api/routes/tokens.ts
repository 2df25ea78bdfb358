import { z } from 'zod';
import { findDistributor } from '../../db/parties/distributorStore.js';
import { findMsp } from '../../db/parties/mspStore.js';
import { findTokenById, issueToken, listTokens, revokeToken } from '../../db/access/tokenStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { forgetPrincipals } from '../principalCache.js';
import { emptyReply, reply, route } from '../route.js';
import { cursorInstant, uuid } from '../schemas/common.js';
import { issuedToken, newToken, token } from '../schemas/tokens.js';

export const tokenRoutes = [
  route({
    method: 'post',
    path: '/v1/tokens',
    summary: 'Issue a token',
    description: 'The token is shown in this answer alone; a repeat under the same Idempotency-Key gets 409.',
    tags: ['Access'],
    roles: ['partner_team'],
    showsSecret: true,
    body: newToken,
    responses: { 201: { description: 'The token, shown once', schema: issuedToken } },
    handler: async ({ body, principal, receivedAt, requestId, transaction }) => {
      const { mspId = null, distributorId = null } = body;
      const issued = await transaction(async (trx) => {
        if (mspId !== null && (await findMsp(trx, mspId)) === undefined) {
          throw fieldError('VALIDATION_FAILED', '/mspId', 'There is no such MSP.');
        }
        if (distributorId !== null && (await findDistributor(trx, distributorId)) === undefined) {
          throw fieldError('VALIDATION_FAILED', '/distributorId', 'There is no such distributor.');
        }
        if ((await findTokenById(trx, requestId)) !== undefined) {
          throw new KontorError('STATE_CONFLICT', 'This was done already; the secret was shown once and is not kept.');
        }
        const { name, role } = body;
        return issueToken(trx, {
          id: requestId,
          name,
          role,
          mspId,
          distributorId,
          at: receivedAt,
          actor: principal.name,
        });
      });
      return reply(201, issued);
    },
  }),
  route({
    method: 'get',
    path: '/v1/tokens',
    summary: 'List tokens, revoked ones included',
    tags: ['Access'],
    roles: ['partner_team'],
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of tokens', schema: pageOf(token) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([cursorInstant, uuid]));
      const found = await transaction((trx) => listTokens(trx, { limit: query.limit + 1, after }));
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
    tags: ['Access'],
    roles: ['partner_team'],
    params: z.strictObject({ id: uuid }),
    responses: { 204: { description: 'The token is worth nothing from now on, in other processes within seconds' } },
    handler: async ({ deps, params, principal, receivedAt, transaction }) => {
      const known = await transaction((trx) => revokeToken(trx, params.id, receivedAt, principal.name));
      forgetPrincipals(deps.db);
      if (!known) throw new KontorError('NOT_FOUND', 'There is no such token.');
      return emptyReply(204);
    },
  }),
];
