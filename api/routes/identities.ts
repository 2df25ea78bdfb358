import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { listIdentities, removeIdentity } from '../../db/access/identityStore.js';
import { loginOf } from '../../db/access/loginStore.js';
import { boundsOf } from '../../db/access/senderStore.js';
import { ALL } from '../../db/connect.js';
import { KontorError } from '../../domain/errors.js';
import { senderOf } from '../principal.js';
import { emptyReply, reply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { ownIdentity } from '../schemas/identityProviders.js';

const tags = ['Sign-in'] as const;

/** Who a person is for identity providers. */
export const identityRoutes = [
  route({
    method: 'get',
    path: '/v1/me/identities',
    summary: 'The identity providers through which you sign in',
    description: 'In a session through a provider: those of its company.',
    tags,
    action: 'me.read',
    session: true,
    responses: { 200: { description: 'Your identities', schema: z.strictObject({ items: z.array(ownIdentity) }) } },
    handler: async ({ deps, principal }) => {
      const sender = senderOf(principal);
      const companyId = boundsOf(sender)?.companyId ?? null;
      const items = await deps.db.transaction(ALL, (trx) => listIdentities(trx, sender.id, companyId));
      return reply(200, { items });
    },
  }),
  route({
    method: 'delete',
    path: '/v1/me/identities/{id}',
    summary: 'Sign in through that identity provider no more: your sessions through it end',
    description:
      'Not the last way in: a password, or another provider, is there. An address that it verifies links it anew.',
    tags,
    action: 'me.manage',
    session: true,
    params: z.strictObject({ id: uuid }),
    responses: { 204: { description: 'It is not linked with you any more' } },
    handler: async ({ deps, params: { id }, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      await deps.db.transaction(ALL, async (trx) => {
        const login = await loginOf(trx, sender.id);
        const all = await listIdentities(trx, sender.id, null);
        const within = await listIdentities(trx, sender.id, boundsOf(sender)?.companyId ?? null);
        if (!within.some((each) => each.id === id)) throw new KontorError('NOT_FOUND', 'You have no such identity.');
        const password = deps.localLogin && login?.passwordHash != null;
        if (!password && all.length === 1) {
          throw new KontorError(
            'STATE_CONFLICT',
            'This is your last way in: set a password, or link another provider.',
          );
        }
        await removeIdentity(trx, sender.id, id, at);
        const subject = `person:${sender.id}`;
        appendAudit(trx, { at, actor, action: 'identity.removed', subject, before: { identity: id } });
      });
      return emptyReply(204);
    },
  }),
];
