import { KONTOR } from '../../domain/access/actor.js';
import { setTimeout as pause } from 'node:timers/promises';
import { appendAudit } from '../../db/access/auditStore.js';
import { forgetFailures } from '../../db/access/failureStore.js';
import { countLinks, findLink, insertLink, takeLink } from '../../db/access/linkStore.js';
import { findLogin, loginOf, putPassword, type Login } from '../../db/access/loginStore.js';
import { acceptMembership } from '../../db/access/membershipStore.js';
import { activatePerson } from '../../db/access/personStore.js';
import { endSessions, rotateSession } from '../../db/access/sessionStore.js';
import { ALL } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { linkAddress } from '../../domain/linkAddress.js';
import { messageId } from '../../domain/messageId.js';
import { hashPassword, passwordProblem } from '../../identity/index.js';
import type { ApiDeps } from '../deps.js';
import { senderOf } from '../principal.js';
import { prove, requireLocalLogin } from '../proof.js';
import { emptyReply, reply, route } from '../route.js';
import { byLink, changePassword, forgotten } from '../schemas/password.js';
import { rotatedSession } from '../schemas/signIn.js';
import { tellLoginChanged } from '../tellLoginChanged.js';
import { csrfTokenOf, requireOwnOrigin, sessionCookie } from '../session.js';

const tags = ['Sign-in'] as const;

const RESET_MINUTES = 60;
const HOUR_MS = 3_600_000;
/** Mails an hour to one person. */
const RESETS_AN_HOUR = 3;
/** The answer comes after this long, longer than the work takes: its time tells nothing. */
const FORGOTTEN_MS = 400;

function requirePassword(password: string, person: Login): void {
  const problem = passwordProblem(password, person);
  if (problem !== null) throw fieldError('VALIDATION_FAILED', '/password', problem);
}

/** Mails a link to whose address it is; where there is no such login, nothing. */
async function sendReset(deps: ApiDeps, email: string, at: Date): Promise<void> {
  const mail = await deps.db.transaction(ALL, async (trx) => {
    const login = await findLogin(trx, email);
    if (login?.state !== 'active') return undefined;
    const { id, name, locale, email: address } = login;
    const sent = await countLinks(trx, id, 'reset', new Date(at.getTime() - HOUR_MS));
    if (sent >= RESETS_AN_HOUR) return undefined;
    const expiresAt = new Date(at.getTime() + RESET_MINUTES * 60_000);
    const link = await insertLink(trx, { of: { kind: 'reset', personId: id }, at, expiresAt, by: null });
    const mail = messageId('password-reset', link);
    const params = { personName: name, link: linkAddress(deps.publicUrl, link), minutes: RESET_MINUTES };
    const envelope = { messageId: mail, locale, to: { address }, notBefore: at };
    await enqueueMails(trx, [{ ...envelope, kind: 'passwordReset', params }], at);
    appendAudit(trx, { at, actor: KONTOR, action: 'password.resetAsked', subject: `person:${id}` });
    return mail;
  });
  if (mail !== undefined) deps.mails.soon(mail);
}

const LINK_INVALID = new KontorError('LINK_INVALID', 'This link was used, or is too old: ask for another one.');

export const passwordRoutes = [
  route({
    method: 'post',
    path: '/v1/password/forgotten',
    summary: 'Ask for a link to choose a new password, by mail',
    description: 'The answer is the same whether there is a login with that address or not.',
    tags,
    action: 'public',
    guessable: true,
    body: forgotten,
    responses: { 202: { description: 'If there is such a login, a mail is on its way' } },
    handler: async ({ deps, body, receivedAt }) => {
      requireLocalLogin(deps);
      await Promise.all([sendReset(deps, body.email, receivedAt), pause(FORGOTTEN_MS)]);
      return emptyReply(202);
    },
  }),
  route({
    method: 'post',
    path: '/v1/password/by-link',
    summary: 'Accept an invitation, or choose a new password, by the link of a mail',
    description:
      'The link is good once. A new password ends every session; somebody who has one already keeps it when she accepts. ' +
      'Where passwords are not taken, an invitation is accepted without one.',
    tags,
    action: 'public',
    guessable: true,
    body: byLink,
    responses: { 204: { description: 'Done: sign in now' } },
    handler: async ({ deps, body: { link: secret, password }, req, receivedAt: at }) => {
      requireOwnOrigin(req, deps.publicUrl);
      const found = await deps.db.transaction(ALL, async (trx) => {
        const link = await findLink(trx, secret, at);
        const login = link === undefined ? undefined : await loginOf(trx, link.personId);
        return link === undefined || login === undefined ? undefined : { link, login };
      });
      if (found === undefined) throw LINK_INVALID;
      if (found.link.kind === 'reset' || password !== undefined) requireLocalLogin(deps);
      // An invitation of somebody who has a password proves too little to change it.
      const sets = deps.localLogin && (found.link.kind === 'reset' || found.login.passwordHash === null);
      if (sets && password === undefined) throw fieldError('VALIDATION_FAILED', '/password', 'Choose a password.');
      if (sets && password !== undefined) requirePassword(password, found.login);
      const hash = sets && password !== undefined ? await hashPassword(password) : undefined;
      const mail = await deps.db.transaction(ALL, async (trx) => {
        const link = await takeLink(trx, secret, at);
        const login = link === undefined ? undefined : await loginOf(trx, link.personId);
        // Meanwhile another link may have set a password.
        if (link === undefined || login === undefined) throw LINK_INVALID;
        if (hash !== undefined && link.kind === 'invitation' && login.passwordHash !== null) throw LINK_INVALID;
        const { id, name, email } = login;
        const who = { at, actor: { kind: 'person' as const, id, name }, subject: `person:${id}` };
        if (hash !== undefined) {
          await putPassword(trx, id, hash, at);
          await endSessions(trx, { personId: id }, at);
          await forgetFailures(trx, { email });
          appendAudit(trx, { ...who, action: 'password.set', after: { by: link.kind } });
        }
        if (link.membershipId !== null) {
          await activatePerson(trx, id);
          await acceptMembership(trx, link.membershipId);
          const subject = `membership:${link.membershipId}`;
          appendAudit(trx, { ...who, subject, action: 'membership.accepted' });
        }
        // Who chooses it to sign in for the first time has nothing that could have been taken from her.
        if (hash === undefined || login.state === 'invited') return undefined;
        const change = login.passwordHash === null ? 'passwordSet' : 'password';
        return tellLoginChanged(trx, login, { change, at });
      });
      if (mail !== undefined) deps.mails.soon(mail);
      return emptyReply(204);
    },
  }),
  route({
    method: 'put',
    path: '/v1/me/password',
    summary: 'Change your password: your other sessions end',
    tags,
    action: 'me.manage',
    session: true,
    provesHerself: true,
    guessable: true,
    showsSecret: true,
    body: changePassword,
    responses: { 200: { description: 'The session goes on with another secret', schema: rotatedSession } },
    handler: async ({ deps, body: { current, code, password }, principal, actor, req, receivedAt: at }) => {
      const { id, credentialId } = senderOf(principal);
      const login = await deps.db.transaction(ALL, (trx) => loginOf(trx, id));
      if (login === undefined) throw new KontorError('UNAUTHENTICATED', 'Sign in.');
      requirePassword(password, login);
      await prove(deps, { email: login.email, password: current, code, host: req.ip ?? '', at });
      const hash = await hashPassword(password);
      const { secret, mail } = await deps.db.transaction(ALL, async (trx) => {
        await putPassword(trx, id, hash, at);
        await endSessions(trx, { personId: id, except: credentialId }, at);
        appendAudit(trx, {
          at,
          actor,
          action: 'password.changed',
          subject: `person:${id}`,
        });
        const mail = await tellLoginChanged(trx, login, { change: 'password', at });
        return { secret: await rotateSession(trx, credentialId), mail };
      });
      deps.mails.soon(mail);
      if (secret === undefined) throw new KontorError('UNAUTHENTICATED', 'The session has ended: sign in.');
      return reply(200, { csrfToken: csrfTokenOf(secret) }, sessionCookie(deps.publicUrl, secret));
    },
  }),
];
