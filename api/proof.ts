/**
 * The one place that asks for a password and a second factor: at sign-in, and again before somebody changes how she signs
 * in. Every try is counted for the address and for the host; no answer and no time tells whether there is a login.
 */
import { ipKeyGenerator } from 'express-rate-limit';
import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { countTry, forgetFailures, forgiveTry } from '../db/access/failureStore.js';
import { findLogin, type Login } from '../db/access/loginStore.js';
import { acceptStep, findTotp, useRecoveryCode } from '../db/access/secondFactorStore.js';
import { ALL, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { HOST_LOCK_OUT, LOCK_OUT } from '../domain/access/lockOut.js';
import { KontorError } from '../domain/errors.js';
import { messageId } from '../domain/messageId.js';
import { passwordMatches, recoveryCodeHash, totpStep } from '../identity/index.js';
import type { ApiDeps } from './deps.js';

export interface Claim {
  email: string;
  password: string;
  /** Of the authenticator, or a recovery code. */
  code?: string | undefined;
  /** The address that it comes from. */
  host: string;
  at: Date;
}

const CODE = /^\d{6}$/;

async function codeFits({ secrets }: ApiDeps, trx: Trx, personId: string, code: string, at: Date): Promise<boolean> {
  if (!CODE.test(code)) return useRecoveryCode(trx, personId, recoveryCodeHash(code), at);
  const totp = await findTotp(trx, personId);
  if (totp?.confirmed !== true) return false;
  const step = totpStep(secrets.open(totp.sealedSecret, `totp/${personId}`), code, at);
  return step !== null && (await acceptStep(trx, personId, step, at));
}

async function count(trx: Trx, { email, host, at }: Pick<Claim, 'email' | 'host' | 'at'>): Promise<number> {
  const byHost = await countTry(trx, { host }, HOST_LOCK_OUT, at);
  const byEmail = 'failures' in byHost ? await countTry(trx, { email }, LOCK_OUT, at) : byHost;
  if ('failures' in byEmail) return byEmail.failures;
  if ('failures' in byHost) await forgiveTry(trx, { host });
  const seconds = Math.max(1, Math.ceil((byEmail.waitUntil.getTime() - at.getTime()) / 1000));
  throw new KontorError('RATE_LIMITED', `Too many tries have failed; try again in ${seconds} seconds.`);
}

/** Once, when the waiting begins. */
async function tellLockedOut(deps: ApiDeps, { id, name, locale, email }: Login, at: Date): Promise<void> {
  const mail = messageId('sign-in-locked', id, at.toISOString());
  await deps.db.transaction(ALL, async (trx) => {
    const params = { personName: name, failures: LOCK_OUT.free };
    const envelope = { messageId: mail, locale, to: { address: email }, notBefore: at };
    await enqueueMails(trx, [{ ...envelope, kind: 'signInLocked', params }], at);
    appendAudit(trx, { at, actor: KONTOR, action: 'person.lockedOut', subject: `person:${id}` });
  });
  deps.mails.soon(mail);
}

/** Throws LOCAL_LOGIN_OFF where one signs in through identity providers alone. */
export function requireLocalLogin({ localLogin }: Pick<ApiDeps, 'localLogin'>): void {
  if (localLogin) return;
  throw new KontorError('LOCAL_LOGIN_OFF', 'Passwords are not taken here: sign in through your identity provider.');
}

function refused(): KontorError {
  return new KontorError('UNAUTHENTICATED', 'The address, the password or the code is wrong.');
}

/**
 * Whose password that is, and whose code where an authenticator is set up. Throws UNAUTHENTICATED, SECOND_FACTOR_REQUIRED
 * where the password is right and a code is missing, RATE_LIMITED after too many that failed, LOCAL_LOGIN_OFF.
 */
export async function prove(deps: ApiDeps, claim: Claim): Promise<Login> {
  requireLocalLogin(deps);
  const { email, password, code, at } = claim;
  // Who has one address of IPv6 has a whole network of them.
  const host = ipKeyGenerator(claim.host);
  const { failures, login } = await deps.db.transaction(ALL, async (trx) => ({
    failures: await count(trx, { email, host, at }),
    login: await findLogin(trx, email),
  }));
  const known = await passwordMatches(password, login?.passwordHash ?? null);
  const right = login !== undefined && login.state === 'active' && known;
  if (right && (code !== undefined || !login.secondFactor)) {
    const proved = await deps.db.transaction(ALL, async (trx) => {
      if (login.secondFactor && !(await codeFits(deps, trx, login.id, code ?? '', at))) return false;
      await forgetFailures(trx, { email });
      await forgiveTry(trx, { host });
      return true;
    });
    if (proved) return login;
  } else if (right) {
    await deps.db.transaction(ALL, async (trx) => {
      await forgiveTry(trx, { email });
      await forgiveTry(trx, { host });
    });
    throw new KontorError('SECOND_FACTOR_REQUIRED', 'Send a code of your authenticator, or a recovery code, as well.');
  }
  if (login !== undefined && failures === LOCK_OUT.free) await tellLockedOut(deps, login, at);
  throw refused();
}
