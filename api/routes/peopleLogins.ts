/**
 * What the partner team does to the login of somebody who asks for help, or whose login is in wrong hands. A login opens every
 * company of its person, so no single company's administrator does this.
 */
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { loginOf, type Login } from '../../db/access/loginStore.js';
import { removeSecondFactor } from '../../db/access/secondFactorStore.js';
import { endSessions } from '../../db/access/sessionStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { KontorError } from '../../domain/errors.js';
import { senderOf } from '../principal.js';
import { emptyReply, route } from '../route.js';
import { uuid } from '../schemas/common.js';
import { loginMeasure } from '../schemas/people.js';
import { tellLoginChanged } from '../tellLoginChanged.js';

const tags = ['People'] as const;
const byPerson = z.strictObject({ personId: uuid });

async function requireLogin(trx: Trx, personId: string): Promise<Login> {
  const login = await loginOf(trx, personId);
  if (login === undefined) throw new KontorError('NOT_FOUND', 'There is no such person.');
  return login;
}

export const peopleLoginRoutes = [
  route({
    method: 'post',
    path: '/v1/people/{personId}/authenticator/remove',
    summary: 'Remove the authenticator of somebody who lost it and her recovery codes; her sessions end',
    description:
      'Make sure by another way that it is she who asks, and say which in the reason. She gets a mail. Nobody removes their ' +
      'own like this: that asks for a password and a code.',
    tags,
    action: 'people.recover',
    session: true,
    params: byPerson,
    body: loginMeasure,
    responses: { 204: { description: 'Signing in asks for her password alone, until she sets one up again' } },
    handler: async ({ deps, params: { personId }, body: { reason }, principal, actor, receivedAt: at }) => {
      if (senderOf(principal).id === personId) {
        throw new KontorError('FORBIDDEN', 'Remove your own with your password and a code, or ask somebody else.');
      }
      const mail = await deps.db.transaction(ALL, async (trx) => {
        const login = await requireLogin(trx, personId);
        if (!(await removeSecondFactor(trx, personId))) {
          throw new KontorError('STATE_CONFLICT', 'This person has no authenticator.');
        }
        const sessions = await endSessions(trx, { personId }, at);
        const subject = `person:${personId}`;
        appendAudit(trx, { at, actor, action: 'authenticator.removed', subject, after: { sessions }, reason });
        return tellLoginChanged(trx, login, { change: 'authenticatorRemoved', byAdministrator: true, at });
      });
      deps.mails.soon(mail);
      return emptyReply(204);
    },
  }),
  route({
    method: 'post',
    path: '/v1/people/{personId}/sessions/end',
    summary: 'End every session of a person; she may sign in again',
    tags,
    action: 'people.recover',
    params: byPerson,
    body: loginMeasure,
    responses: { 204: { description: 'They have ended, in every process' } },
    handler: async ({ deps, params: { personId }, body: { reason }, actor, receivedAt: at }) => {
      await deps.db.transaction(ALL, async (trx) => {
        await requireLogin(trx, personId);
        const sessions = await endSessions(trx, { personId }, at);
        const subject = `person:${personId}`;
        appendAudit(trx, { at, actor, action: 'session.ended', subject, after: { sessions }, reason });
      });
      return emptyReply(204);
    },
  }),
];
