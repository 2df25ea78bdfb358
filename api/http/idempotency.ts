import { createHash, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { ALL } from '../../db/connect.js';
import {
  claimKey,
  keepAnswer,
  keepUnanswered,
  releaseKey,
  type KeyedRequest,
} from '../../db/access/idempotencyStore.js';
import { KontorError } from '../../domain/errors.js';
import type { Principal } from '../principal.js';
import { derivedId } from '../derivedId.js';
import type { ApiDeps } from '../deps.js';
import type { Reply, Route } from '../route.js';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** A session may act for another company later: the same request is another one then. */
function principalKey(principal: Principal, req: Request): string {
  if (principal.kind === 'public') return `address:${req.ip ?? ''}`;
  const { credential, credentialId, membershipId, view } = principal;
  return [credential, credentialId, membershipId, view].join(':');
}

/** The request as far as it counts as the same one; undefined where no key was sent or the route has its own identity. */
export function keyedRequest(route: Route, req: Request, principal: Principal, body: Buffer): KeyedRequest | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || route.method !== 'post' || route.action === 'signature') return undefined;
  if (!KEY.test(key)) {
    throw new KontorError('VALIDATION_FAILED', 'The Idempotency-Key is not usable.', [
      { field: 'Idempotency-Key', code: 'INVALID_FORMAT', message: '1 to 200 printable ASCII characters.' },
    ]);
  }
  const requestHash = createHash('sha256').update(`${req.method} ${req.originalUrl}\n`).update(body).digest();
  return { principal: principalKey(principal, req), key, requestHash };
}

/** A version 8 UUID from the sender and its key, so that a repeat finds what the first attempt made; else random. */
export function requestIdOf(request: KeyedRequest | undefined): string {
  if (request === undefined) return randomUUID();
  return derivedId(`${request.principal}\n${request.key}\n`, request.requestHash);
}

function repeated(route: Route, status: number, body: unknown): Reply {
  if (route.showsSecret) {
    throw new KontorError('STATE_CONFLICT', 'This was done already; the secret was shown once and is not kept.');
  }
  return { status, body, headers: { 'Idempotency-Replayed': 'true' } };
}

/**
 * Answers a repeat as the first time and lets only one of two at once work. Failures and answers that are not final are
 * not kept: the same request may then be tried again under the same key, and after an answer that is not final no other.
 */
export async function onceOnly(
  { db }: Pick<ApiDeps, 'db'>,
  route: Route,
  request: KeyedRequest,
  now: Date,
  work: () => Promise<Reply>,
): Promise<Reply> {
  const presence = await db.presence();
  const claim = await db.transaction(ALL, (trx) => claimKey(trx, request, presence, now));
  switch (claim.kind) {
    case 'answered':
      return repeated(route, claim.status, claim.body);
    case 'busy':
      throw new KontorError('STATE_CONFLICT', 'The same request is being answered right now; ask again shortly.');
    case 'other':
      throw new KontorError('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was given to another request.');
    case 'claimed':
      break;
  }
  // An earlier attempt may still have its effect: what fails now does not make the key another request's.
  const giveBack = claim.again ? keepUnanswered : releaseKey;
  let reply: Reply;
  try {
    reply = await work();
  } catch (error) {
    // Whatever broke is what the client should hear, also when giving the key back fails as well.
    await db.transaction(ALL, (trx) => giveBack(trx, request)).catch(() => undefined);
    throw error;
  }
  const answer = reply;
  await db.transaction(ALL, (trx) => {
    if (!('body' in answer)) return releaseKey(trx, request);
    if (answer.pending === true) return keepUnanswered(trx, request);
    return keepAnswer(trx, request, answer.status, route.showsSecret ? { secretShown: true } : answer.body);
  });
  return answer;
}
