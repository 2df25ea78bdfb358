import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { actingChoices, endSessions, listSessions, rotateSession, type Acting } from '../../db/access/sessionStore.js';
import { boundsOf } from '../../db/access/senderStore.js';
import { ALL } from '../../db/connect.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { senderOf } from '../principal.js';
import { prove } from '../proof.js';
import { emptyReply, reply, route, type RawContext } from '../route.js';
import { uuid } from '../schemas/common.js';
import { acting, openedSession, ownMembership, ownSession, signIn } from '../schemas/signIn.js';
import {
  csrfTokenOf,
  noSessionCookie,
  openSession,
  requireOwnOrigin,
  seatOf,
  sessionCookie,
  sessionSecretOf,
} from '../session.js';

const tags = ['Sign-in'] as const;

type ActingFor = Pick<Acting, 'membershipId' | 'companyId' | 'companyName' | 'view' | 'level'>;

function opened(secret: string, { membershipId, companyId, companyName, view, level }: ActingFor) {
  const company = { id: companyId, name: companyName };
  return { csrfToken: csrfTokenOf(secret), actingFor: { membershipId, company, view, level } };
}

/** Ends sessions of the sender, one or all but one, with the audit event; how many had not ended. */
function endOwn(
  { deps, principal, actor, receivedAt: at }: RawContext,
  which: { only: string } | { except: string },
): Promise<number> {
  const sender = senderOf(principal);
  const { id } = sender;
  return deps.db.transaction(ALL, async (trx) => {
    const companyId = boundsOf(sender)?.companyId ?? null;
    const sessions = await endSessions(trx, { personId: id, companyId, ...which }, at);
    if (sessions.length > 0) {
      const subject = `person:${id}`;
      appendAudit(trx, { at, actor, action: 'session.ended', subject, after: { sessions } });
    }
    return sessions.length;
  });
}

export const sessionRoutes = [
  route({
    method: 'post',
    path: '/v1/session',
    summary: 'Sign in: opens a session, whose secret comes as a cookie',
    description:
      'Where an authenticator is set up and `code` is missing, the answer is SECOND_FACTOR_REQUIRED: send all again with ' +
      'it. After five tries that failed the next ones wait, longer each time (RATE_LIMITED).',
    tags,
    action: 'public',
    guessable: true,
    showsSecret: true,
    body: signIn,
    responses: { 201: { description: 'The session is open', schema: openedSession } },
    handler: async ({ deps, body, req, receivedAt: at }) => {
      requireOwnOrigin(req, deps.publicUrl);
      const seat = seatOf(req, deps.publicUrl);
      const person = await prove(deps, { ...body, host: seat.address, at });
      const session = await deps.db.transaction(ALL, (trx) => openSession(trx, person, seat, at));
      return reply(201, opened(session.secret, session.acting), sessionCookie(deps.publicUrl, session.secret));
    },
  }),
  route({
    method: 'get',
    path: '/v1/session',
    summary: 'The session you are in, with its token against forged requests',
    tags,
    action: 'me.read',
    session: true,
    showsSecret: true,
    responses: { 200: { description: 'Your session', schema: openedSession } },
    handler: ({ deps, principal, req }) => {
      const sender = senderOf(principal);
      return Promise.resolve(reply(200, opened(sessionSecretOf(req, deps.publicUrl) ?? '', sender)));
    },
  }),
  route({
    method: 'delete',
    path: '/v1/session',
    summary: 'Sign out',
    tags,
    action: 'me.manage',
    session: true,
    responses: { 204: { description: 'The session has ended, in every process' } },
    handler: async (context) => {
      await endOwn(context, { only: senderOf(context.principal).credentialId });
      return emptyReply(204, noSessionCookie(context.deps.publicUrl));
    },
  }),
  route({
    method: 'get',
    path: '/v1/me/memberships',
    summary: 'For which companies, and in which of their views, you may act now',
    description: 'Of a token, and of a session through an identity provider: for its company alone.',
    tags,
    action: 'me.read',
    responses: {
      200: { description: 'One entry for each view', schema: z.strictObject({ items: z.array(ownMembership) }) },
    },
    handler: async ({ deps, principal }) => {
      const sender = senderOf(principal);
      const found = await deps.db.transaction(ALL, (trx) => actingChoices(trx, sender.id, boundsOf(sender)));
      const items = found.map(({ companyId, companyName, ...rest }) => ({
        ...rest,
        company: { id: companyId, name: companyName },
      }));
      return reply(200, { items });
    },
  }),
  route({
    method: 'post',
    path: '/v1/me/acting',
    summary: 'Act for another of your companies, or in another of its views, from now on',
    description:
      'The session gets another secret and another csrfToken. A token stays bound to what it was issued for, a session ' +
      'through an identity provider to the company for which that vouches.',
    tags,
    action: 'me.manage',
    session: true,
    showsSecret: true,
    body: acting,
    responses: { 200: { description: 'The session as it is now', schema: openedSession } },
    handler: async ({ deps, body, principal, actor, receivedAt: at }) => {
      const sender = senderOf(principal);
      const { id, credentialId } = sender;
      const { secret, chosen } = await deps.db.transaction(ALL, async (trx) => {
        const chosen = (await actingChoices(trx, id, boundsOf(sender))).find(
          ({ membershipId, view }) => membershipId === body.membershipId && view === body.view,
        );
        if (chosen === undefined) {
          throw fieldError('VALIDATION_FAILED', '/membershipId', 'You may not act by it in this view now.');
        }
        const secret = await rotateSession(trx, credentialId, chosen);
        if (secret === undefined) throw new KontorError('UNAUTHENTICATED', 'The session has ended: sign in.');
        const after = { session: credentialId, companyId: chosen.companyId, view: chosen.view };
        appendAudit(trx, {
          at,
          actor,
          action: 'session.switched',
          subject: `person:${id}`,
          after,
        });
        return { secret, chosen };
      });
      return reply(200, opened(secret, chosen), sessionCookie(deps.publicUrl, secret));
    },
  }),
  route({
    method: 'get',
    path: '/v1/me/sessions',
    summary: 'Your sessions that have not ended, the latest first',
    tags,
    action: 'me.read',
    session: true,
    responses: { 200: { description: 'Your sessions', schema: z.strictObject({ items: z.array(ownSession) }) } },
    handler: async ({ deps, principal }) => {
      const sender = senderOf(principal);
      const { id, credentialId } = sender;
      const companyId = boundsOf(sender)?.companyId ?? null;
      const found = await deps.db.transaction(ALL, (trx) => listSessions(trx, id, companyId));
      return reply(200, { items: found.map((each) => ({ ...each, current: each.id === credentialId })) });
    },
  }),
  route({
    method: 'delete',
    path: '/v1/me/sessions/{id}',
    summary: 'End one of your sessions',
    tags,
    action: 'me.manage',
    session: true,
    params: z.strictObject({ id: uuid }),
    responses: { 204: { description: 'It has ended, in every process' } },
    handler: async (context) => {
      const ended = await endOwn(context, { only: context.params.id });
      if (ended === 0) throw new KontorError('NOT_FOUND', 'You have no such session.');
      return emptyReply(204);
    },
  }),
  route({
    method: 'post',
    path: '/v1/me/sessions/end-others',
    summary: 'End all your sessions but the one you are in',
    tags,
    action: 'me.manage',
    session: true,
    responses: { 204: { description: 'They have ended, in every process' } },
    handler: async (context) => {
      await endOwn(context, { except: senderOf(context.principal).credentialId });
      return emptyReply(204);
    },
  }),
];
