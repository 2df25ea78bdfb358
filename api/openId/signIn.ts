/**
 * Sign-in through a provider, its two halves. In between the browser is away; what it brings back is believed only together
 * with the secret in its cookie, at the provider's own address, once, and for ten minutes.
 */
import type { Request } from 'express';
import { appendAudit } from '../../db/access/auditStore.js';
import { lockIdentityProvider, type IdentityProvider } from '../../db/access/identityProviderStore.js';
import { newSecret, secretHash } from '../../db/access/secret.js';
import { insertSignInAttempt, takeSignInAttempt } from '../../db/access/signInAttemptStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import { KONTOR } from '../../domain/access/actor.js';
import { KontorError } from '../../domain/errors.js';
import { isLoopback, type Claims, type OpenIdProvider, type Reach } from '../../identity/index.js';
import type { RouteDeps } from '../deps.js';
import { cookieAttributes, cookieName, openSession, seatOf, secretInCookie, type Seat } from '../session.js';
import { admitByProvider } from './admitByProvider.js';
import { signInRefused, type Refusal } from './refusal.js';

const ATTEMPT = 'kontor_sign_in';
const ATTEMPT_SECONDS = 600;
const STATE = /^[A-Za-z0-9_-]{43}$/;

/** Who administers another company does not make this machine look around in its own network. */
export function reachOf(publicUrl: string, companyId: string): Reach {
  const here = new URL(publicUrl);
  if (here.protocol === 'http:' && isLoopback(here)) return 'loopback';
  return companyId === PARTNER_TEAM ? 'private' : 'public';
}

/** Where a provider sends browsers back to, one address for each: what one got is never taken for another's. */
export function redirectUriOf(publicUrl: string, code: string): string {
  return `${publicUrl}/v1/sign-in/${code}/callback`;
}

/** A browser has one attempt at a time, at whatever provider. */
function cookie(publicUrl: string, secret: string): string {
  const age = secret === '' ? 0 : ATTEMPT_SECONDS;
  return `${cookieName(publicUrl, ATTEMPT)}=${secret}; Max-Age=${age}; ${cookieAttributes(publicUrl)}`;
}

/** The header that takes the attempt's cookie away. */
export function noAttemptCookie(publicUrl: string): string {
  return cookie(publicUrl, '');
}

/** The provider with the secret that it shares with Kontor. */
function opened({ secrets }: RouteDeps, provider: IdentityProvider): OpenIdProvider {
  const { id, sealedSecret } = provider;
  return { ...provider, clientSecret: sealedSecret && secrets.open(sealedSecret, `identityProvider/${id}`) };
}

/** Begins: where the browser goes, and its cookie. Throws IDENTITY_PROVIDER_UNAVAILABLE. */
export async function beginSignIn(
  deps: RouteDeps,
  provider: IdentityProvider,
  returnTo: string,
  at: Date,
): Promise<{ location: string; cookie: string }> {
  const { db, publicUrl, relyingParty } = deps;
  const [state, browserSecret] = [newSecret(), newSecret()];
  const redirectUri = redirectUriOf(publicUrl, provider.code);
  const reach = reachOf(publicUrl, provider.companyId);
  const door = await relyingParty.begin(opened(deps, provider), reach, { redirectUri, state, browserSecret });
  await db.transaction(ALL, (trx) =>
    insertSignInAttempt(trx, {
      ...{ stateHash: secretHash(state), browserHash: secretHash(browserSecret), providerId: provider.id, returnTo },
      expiresAt: new Date(at.getTime() + ATTEMPT_SECONDS * 1000),
    }),
  );
  return { location: door.href, cookie: cookie(publicUrl, browserSecret) };
}

/** Why, without what a library's error carries: that may be tokens. */
function reasonsOf(thrown: unknown): string {
  const reasons: string[] = [];
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    reasons.push('code' in cause ? `${cause.message} (${String(cause.code)})` : cause.message);
  }
  return reasons.join('; ').slice(0, 500);
}

/** Keeps a refusal in log and audit trail, and makes the answer. What was no attempt at all is in the log alone. */
async function refuse(
  { db }: RouteDeps,
  { req, provider, at }: { req: Request; provider: IdentityProvider; at: Date },
  { refused, personId, cause }: { refused: Refusal; personId?: string; cause?: unknown },
): Promise<KontorError> {
  req.log.warn({ identityProvider: provider.id, refused, reasons: reasonsOf(cause) }, 'sign-in refused');
  if (refused !== 'attemptUnknown') {
    const subject = `identityProvider:${provider.id}`;
    const after = { refused, ...(personId === undefined ? {} : { person: personId }) };
    await db.transaction(ALL, (trx) => {
      appendAudit(trx, { at, actor: KONTOR, action: 'signIn.refused', subject, after });
    });
  }
  return refused === 'noLevel'
    ? new KontorError('FORBIDDEN', 'You are known, but nothing gives you access here: ask your administrator.')
    : signInRefused();
}

type Entered = { secret: string } | { refused: Refusal; personId?: string; cause?: unknown };

/** The provider as it is now: meanwhile it may have ended or may vouch for less. */
async function enter(trx: Trx, provider: IdentityProvider, claims: Claims, seat: Seat, at: Date): Promise<Entered> {
  const now = await lockIdentityProvider(trx, provider.id);
  if (now === undefined || now.endedAt !== null) return { refused: 'otherProvider' };
  const admitted = await admitByProvider(trx, now, claims, at);
  if ('refused' in admitted) return admitted;
  return openSession(trx, admitted.person, seat, at, now);
}

/** What had been changed was undone: by the rule of the last administrator, or since no access has begun. */
function undone(thrown: unknown): Entered {
  if (thrown instanceof KontorError && thrown.code === 'STATE_CONFLICT') return { refused: 'lastAdministrator' };
  if (thrown instanceof KontorError && thrown.code === 'FORBIDDEN') return { refused: 'noLevel' };
  throw thrown;
}

/**
 * Ends: takes the attempt, asks the provider, opens the session. Throws SIGN_IN_REFUSED whatever does not fit, FORBIDDEN
 * for somebody to whom nothing gives access, IDENTITY_PROVIDER_UNAVAILABLE.
 */
export async function finishSignIn(
  deps: RouteDeps,
  { req, provider, at }: { req: Request; provider: IdentityProvider; at: Date },
): Promise<{ secret: string; returnTo: string }> {
  const { db, publicUrl, relyingParty } = deps;
  const context = { req, provider, at };
  const parameters = new URL(req.originalUrl, publicUrl).searchParams;
  const [state, browserSecret] = [parameters.get('state') ?? '', secretInCookie(req, cookieName(publicUrl, ATTEMPT))];
  if (browserSecret === undefined || !STATE.test(state)) {
    throw await refuse(deps, context, { refused: 'attemptUnknown' });
  }
  const hashes = { stateHash: secretHash(state), browserHash: secretHash(browserSecret) };
  const attempt = await db.transaction(ALL, (trx) => takeSignInAttempt(trx, hashes, at));
  if (attempt === undefined) throw await refuse(deps, context, { refused: 'attemptUnknown' });
  if (attempt.providerId !== provider.id) throw await refuse(deps, context, { refused: 'otherProvider' });
  const sides = { redirectUri: redirectUriOf(publicUrl, provider.code), state, browserSecret };
  const reach = reachOf(publicUrl, provider.companyId);
  const claims = await relyingParty
    .finish(opened(deps, provider), reach, sides, parameters)
    .catch(async (thrown: unknown) => {
      const refused = thrown instanceof KontorError && thrown.code === 'SIGN_IN_REFUSED';
      throw refused ? await refuse(deps, context, { refused: 'protocol', cause: thrown.cause }) : thrown;
    });
  const seat = seatOf(req, publicUrl);
  const entered = await db.transaction(ALL, (trx) => enter(trx, provider, claims, seat, at)).catch(undone);
  if ('refused' in entered) throw await refuse(deps, context, entered);
  return { secret: entered.secret, returnTo: attempt.returnTo };
}
