import { appendAudit } from '../../db/access/auditStore.js';
import { loginOf } from '../../db/access/loginStore.js';
import {
  acceptStep,
  findTotp,
  putTotp,
  recoveryCodesLeft,
  removeSecondFactor,
  replaceRecoveryCodes,
} from '../../db/access/secondFactorStore.js';
import { endSessions } from '../../db/access/sessionStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { newRecoveryCodes, newTotpSecret, recoveryCodeHash, totpStep, totpUri } from '../../identity/index.js';
import { senderOf } from '../principal.js';
import { prove } from '../proof.js';
import { emptyReply, reply, route, type RawContext } from '../route.js';
import { proof, recoveryCodes, secondFactor, totpCode, totpSecret } from '../schemas/password.js';
import { tellLoginChanged } from '../tellLoginChanged.js';

const tags = ['Sign-in'] as const;

/** The person behind the session once she has proved again who she is. */
async function provedAgain(
  { deps, principal, req, receivedAt: at }: RawContext,
  given: { password: string; code?: string | undefined },
) {
  const { id } = senderOf(principal);
  const login = await deps.db.transaction(ALL, (trx) => loginOf(trx, id));
  return prove(deps, { ...given, email: login?.email ?? '', host: req.ip ?? '', at });
}

async function freshRecoveryCodes(trx: Trx, personId: string, at: Date): Promise<string[]> {
  const codes = newRecoveryCodes();
  await replaceRecoveryCodes(trx, personId, codes.map(recoveryCodeHash), at);
  return codes;
}

export const secondFactorRoutes = [
  route({
    method: 'get',
    path: '/v1/me/second-factor',
    summary: 'Whether an authenticator is set up, and how many recovery codes are left',
    tags,
    action: 'me.read',
    session: true,
    provesHerself: true,
    responses: { 200: { description: 'Your second factor', schema: secondFactor } },
    handler: async ({ deps, principal }) => {
      const { id } = senderOf(principal);
      const found = await deps.db.transaction(ALL, async (trx) => ({
        authenticator: (await findTotp(trx, id))?.confirmed === true,
        recoveryCodesLeft: await recoveryCodesLeft(trx, id),
      }));
      return reply(200, found);
    },
  }),
  route({
    method: 'post',
    path: '/v1/me/totp',
    summary: 'Set up an authenticator: confirm it with its first code',
    tags,
    action: 'me.manage',
    session: true,
    provesHerself: true,
    guessable: true,
    showsSecret: true,
    body: proof,
    responses: { 201: { description: 'The secret, shown once', schema: totpSecret } },
    handler: async (context) => {
      const { deps, body, receivedAt: at } = context;
      const { id, email } = await provedAgain(context, body);
      const secret = newTotpSecret();
      const sealed = deps.secrets.seal(secret, `totp/${id}`);
      if (!(await deps.db.transaction(ALL, (trx) => putTotp(trx, id, sealed, at)))) {
        throw new KontorError('STATE_CONFLICT', 'An authenticator is set up: remove it first.');
      }
      return reply(201, { secret, uri: totpUri(secret, email) });
    },
  }),
  route({
    method: 'post',
    path: '/v1/me/totp/confirm',
    summary: 'Confirm the authenticator: from now on signing in asks for a code; your other sessions end',
    tags,
    action: 'me.manage',
    session: true,
    provesHerself: true,
    guessable: true,
    showsSecret: true,
    body: totpCode,
    responses: { 200: { description: 'Ten recovery codes, shown once', schema: recoveryCodes } },
    handler: async ({ deps, body: { code }, principal, actor, receivedAt: at }) => {
      const { id, credentialId } = senderOf(principal);
      const { codes, mail } = await deps.db.transaction(ALL, async (trx) => {
        const login = await loginOf(trx, id);
        const totp = await findTotp(trx, id);
        if (login === undefined || totp === undefined || totp.confirmed) {
          throw new KontorError('STATE_CONFLICT', 'There is no authenticator that waits for its first code.');
        }
        const step = totpStep(deps.secrets.open(totp.sealedSecret, `totp/${id}`), code, at);
        if (step === null || !(await acceptStep(trx, id, step, at))) {
          throw fieldError('VALIDATION_FAILED', '/code', 'This is not its code now: check the clock of your device.');
        }
        await endSessions(trx, { personId: id, except: credentialId }, at);
        appendAudit(trx, {
          at,
          actor,
          action: 'authenticator.confirmed',
          subject: `person:${id}`,
        });
        const mail = await tellLoginChanged(trx, login, { change: 'authenticatorSetUp', at });
        return { codes: await freshRecoveryCodes(trx, id, at), mail };
      });
      deps.mails.soon(mail);
      return reply(200, { recoveryCodes: codes });
    },
  }),
  route({
    method: 'post',
    path: '/v1/me/totp/remove',
    summary: 'Remove the authenticator and its recovery codes',
    tags,
    action: 'me.manage',
    session: true,
    provesHerself: true,
    guessable: true,
    body: proof,
    responses: { 204: { description: 'Signing in asks for the password alone' } },
    handler: async (context) => {
      const { deps, body, actor, receivedAt: at } = context;
      const login = await provedAgain(context, body);
      const { id } = login;
      const mail = await deps.db.transaction(ALL, async (trx) => {
        const removed = await removeSecondFactor(trx, id);
        appendAudit(trx, {
          at,
          actor,
          action: 'authenticator.removed',
          subject: `person:${id}`,
        });
        return removed ? tellLoginChanged(trx, login, { change: 'authenticatorRemoved', at }) : undefined;
      });
      if (mail !== undefined) deps.mails.soon(mail);
      return emptyReply(204);
    },
  }),
  route({
    method: 'post',
    path: '/v1/me/recovery-codes',
    summary: 'Ten new recovery codes; those before are worth nothing from now on',
    tags,
    action: 'me.manage',
    session: true,
    provesHerself: true,
    guessable: true,
    showsSecret: true,
    body: proof,
    responses: { 201: { description: 'The codes, shown once', schema: recoveryCodes } },
    handler: async (context) => {
      const { deps, body, actor, receivedAt: at } = context;
      const login = await provedAgain(context, body);
      const { id, secondFactor: setUp } = login;
      if (!setUp) throw new KontorError('STATE_CONFLICT', 'Set up an authenticator first.');
      const { codes, mail } = await deps.db.transaction(ALL, async (trx) => {
        appendAudit(trx, {
          at,
          actor,
          action: 'recoveryCodes.made',
          subject: `person:${id}`,
        });
        const mail = await tellLoginChanged(trx, login, { change: 'recoveryCodes', at });
        return { codes: await freshRecoveryCodes(trx, id, at), mail };
      });
      deps.mails.soon(mail);
      return reply(201, { recoveryCodes: codes });
    },
  }),
];
