import type { Request, RequestHandler } from 'express';
import { secretHash } from '../db/access/secret.js';
import { findSenderBySession, findSenderByToken, type Sender } from '../db/access/senderStore.js';
import { ruleOf, type Action } from '../domain/access/actions.js';
import { may, type Verdict } from '../domain/access/may.js';
import { KontorError } from '../domain/errors.js';
import type { ApiDeps } from './deps.js';
import { senderOf, type Principal } from './principal.js';
import { requireOwnPage, sessionSecretOf } from './session.js';

/** Who may call a route: whoever may do an action, everybody, or sites, which sign what they send. */
export type Access = Action | 'public' | 'signature';

const PUBLIC: Principal = { kind: 'public' };

const principals = new WeakMap<Request, Principal>();

/** The sender of a request that went through `authenticate`; the public for any other. */
export function principalOf(req: Request): Principal {
  return principals.get(req) ?? PUBLIC;
}

type AuthDeps = Pick<ApiDeps, 'db' | 'publicUrl'>;

/** A token, where one is sent, says alone who it is: no browser adds it by itself. */
async function senderBehind(req: Request, { db, publicUrl }: AuthDeps): Promise<Sender | undefined> {
  if (req.headers.authorization !== undefined) {
    const [, token] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(req.headers.authorization) ?? [];
    return token === undefined ? undefined : findSenderByToken(db, secretHash(token));
  }
  const secret = sessionSecretOf(req, publicUrl);
  if (secret === undefined) return undefined;
  const sender = await findSenderBySession(db, secretHash(secret));
  if (sender !== undefined && req.method !== 'GET' && req.method !== 'HEAD') requireOwnPage(req, secret, publicUrl);
  return sender;
}

/**
 * Finds who sends a bearer token or a session's cookie; UNAUTHENTICATED without a live one. What comes with a cookie and
 * changes something must come from a page of ours (CSRF_TOKEN_INVALID, ORIGIN_NOT_ALLOWED).
 */
export function authenticate(deps: AuthDeps): RequestHandler {
  return async (req, _res, next) => {
    const sender = await senderBehind(req, deps);
    if (sender === undefined) {
      throw new KontorError('UNAUTHENTICATED', 'Send a valid token as "Authorization: Bearer …", or sign in.');
    }
    principals.set(req, sender);
    next();
  };
}

/** For what a person does to her own login: a token, which may be kept by a machine, is not enough (FORBIDDEN). */
export const requireSession: RequestHandler = (req, _res, next) => {
  if (senderOf(principalOf(req)).credential !== 'session') {
    throw new KontorError('FORBIDDEN', 'Sign in for this: a token is not enough.');
  }
  next();
};

/**
 * For a password or an authenticator, which open every company of a person: who was let in by a provider, which vouches for
 * one, has not proved enough (FORBIDDEN).
 */
export const requireOwnProof: RequestHandler = (req, _res, next) => {
  if (senderOf(principalOf(req)).providerId !== null) {
    throw new KontorError('FORBIDDEN', 'Sign in with your password for this: an identity provider is not enough.');
  }
  next();
};

function refusal(verdict: Exclude<Verdict, 'yes'>, action: Action): KontorError {
  const { views, level } = ruleOf(action);
  switch (verdict) {
    case 'hidden':
      return new KontorError('NOT_FOUND', 'There is nothing at this address.');
    case 'view':
      return new KontorError('FORBIDDEN', `"${action}" is for the views ${views.join(', ')}: act in one of them.`);
    case 'level':
      return new KontorError(
        'FORBIDDEN',
        `"${action}" needs the level ${level} or one with that action: ask an administrator of your company.`,
      );
    case 'scope':
      return new KontorError('FORBIDDEN', `"${action}" is not limited to tenants, and your access is.`);
  }
}

/** Ids are the same in capitals. */
function idsIn(params: Request['params']): Partial<Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value).toLowerCase()]));
}

/**
 * The one place that asks whether the sender may do what the route is for (FORBIDDEN). Who asks for another company's
 * things learns no more than that there is nothing (NOT_FOUND): row level security would say the same, but a process must
 * not be started either.
 */
export function requireAction(action: Action): RequestHandler {
  return (req, _res, next) => {
    const sender = senderOf(principalOf(req));
    const { companyId, mspId, tenantId } = idsIn(req.params);
    const verdict = may(sender, action, { companyId, mspId, tenantId });
    if (verdict !== 'yes') throw refusal(verdict, action);
    next();
  };
}
