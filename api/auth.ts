import type { Request, RequestHandler } from 'express';
import { ALL, type Database } from '../db/connect.js';
import { findToken, tokenHash, type ApiToken, type Role } from '../db/access/tokenStore.js';
import { KontorError } from '../domain/errors.js';
import type { ApiDeps } from './deps.js';
import type { Principal } from './principal.js';
import { cachedPrincipal } from './principalCache.js';

/** Who may call a route: roles of tokens, everybody, or sites, which sign what they send. */
export type Access = readonly Role[] | 'public' | 'signature';

const PUBLIC: Principal = { role: 'public', name: 'public' };

const principals = new WeakMap<Request, Principal>();

/** The sender of a request that went through `authenticate`; the public for any other. */
export function principalOf(req: Request): Principal {
  return principals.get(req) ?? PUBLIC;
}

function toPrincipal(token: ApiToken): Principal {
  const { id: tokenId, name } = token;
  if (token.mspId !== null) return { role: 'msp', tokenId, name, mspId: token.mspId };
  if (token.distributorId !== null) {
    return { role: 'distributor', tokenId, name, distributorId: token.distributorId };
  }
  return { role: 'partner_team', tokenId, name };
}

/** Finds the bearer token's principal; UNAUTHENTICATED without a live one. */
export function authenticate({ db }: Pick<ApiDeps, 'db'>): RequestHandler {
  return async (req, _res, next) => {
    const [, text] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(req.headers.authorization ?? '') ?? [];
    const principal = text === undefined ? undefined : await principalOfToken(db, text);
    if (principal === undefined) {
      throw new KontorError('UNAUTHENTICATED', 'Send a valid token as "Authorization: Bearer …".');
    }
    principals.set(req, principal);
    next();
  };
}

function principalOfToken(db: Database, text: string): Promise<Principal | undefined> {
  return cachedPrincipal(db, tokenHash(text).toString('base64'), Date.now(), async () => {
    const token = await db.transaction(ALL, (trx) => findToken(trx, text));
    return token && toPrincipal(token);
  });
}

/**
 * Lets the named roles pass (FORBIDDEN). An MSP asking for another MSP's things learns no more than that there is
 * nothing there for it (NOT_FOUND): row level security would say the same, but a process must not be started either.
 */
export function requireRole(roles: readonly Role[]): RequestHandler {
  return (req, _res, next) => {
    const principal = principalOf(req);
    if (principal.role === 'public' || !roles.includes(principal.role)) {
      const needed = roles.join(' or ');
      throw new KontorError('FORBIDDEN', `Send a token of the role ${needed}; this one has ${principal.role}.`);
    }
    const { mspId } = req.params;
    if (principal.role === 'msp' && mspId !== undefined && mspId !== principal.mspId) {
      throw new KontorError('NOT_FOUND', 'There is nothing at this address.');
    }
    next();
  };
}
