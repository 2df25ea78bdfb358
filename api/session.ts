/**
 * Sessions of people at a browser: server side, their secret in a cookie that no script reads. A page proves with every
 * request that changes something that it is the console's own: by a token that only it can read, and its Origin.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { appendAudit } from '../db/access/auditStore.js';
import { actingChoices, endSessionOf, insertSession, type Acting } from '../db/access/sessionStore.js';
import { secretHash } from '../db/access/secret.js';
import type { Trx } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';

const SESSION = 'kontor_session';
const CSRF_HEADER = 'Kontor-CSRF-Token';
/** Of the secrets that cookies carry. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const AGENT_LENGTH = 200;

/** Over TLS no other host, and no page without TLS, can set a cookie of that name: browsers see to it. */
export function cookieName(publicUrl: string, name: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${name}` : name;
}

/** The secret in that cookie; undefined where there is none, or more than one: then somebody planted one. */
export function secretInCookie(req: Request, cookie: string): string | undefined {
  const shown = (req.headers.cookie ?? '').split(';').flatMap((pair) => {
    const [name, value] = pair.trim().split('=', 2);
    return name === cookie ? [value ?? ''] : [];
  });
  const [secret] = shown;
  return shown.length === 1 && secret !== undefined && SECRET.test(secret) ? secret : undefined;
}

/** The cookie of sessions. */
export function sessionCookieName(publicUrl: string): string {
  return cookieName(publicUrl, SESSION);
}

/** The secret of the request's session. */
export function sessionSecretOf(req: Request, publicUrl: string): string | undefined {
  return secretInCookie(req, sessionCookieName(publicUrl));
}

/** Of every cookie: no script reads it, and another place's page sends it only by leading here. */
export function cookieAttributes(publicUrl: string): string {
  return `Path=/; HttpOnly; SameSite=Lax${publicUrl.startsWith('https:') ? '; Secure' : ''}`;
}

/** The header that gives the browser the session's secret, until it is closed. */
export function sessionCookie(publicUrl: string, secret: string): Record<string, string> {
  return { 'Set-Cookie': `${sessionCookieName(publicUrl)}=${secret}; ${cookieAttributes(publicUrl)}` };
}

/** The header that takes it away. */
export function noSessionCookie(publicUrl: string): Record<string, string> {
  return { 'Set-Cookie': `${sessionCookieName(publicUrl)}=; Max-Age=0; ${cookieAttributes(publicUrl)}` };
}

/** Follows from the session's secret, so that it changes with it, and tells nothing of it. */
export function csrfTokenOf(secret: string): string {
  return createHash('sha256').update(`csrf:${secret}`).digest('base64url');
}

/** ORIGIN_NOT_ALLOWED for a page of another place; browsers say where a page is from, other clients need not. */
export function requireOwnOrigin(req: Request, publicUrl: string): void {
  const { origin } = req.headers;
  if (origin === undefined || origin === new URL(publicUrl).origin) return;
  throw new KontorError('ORIGIN_NOT_ALLOWED', `Only pages of ${new URL(publicUrl).origin} may do this.`);
}

/** For requests that change something and come with a cookie: CSRF_TOKEN_INVALID, ORIGIN_NOT_ALLOWED. */
export function requireOwnPage(req: Request, secret: string, publicUrl: string): void {
  requireOwnOrigin(req, publicUrl);
  const [sent, right] = [Buffer.from(req.get(CSRF_HEADER) ?? ''), Buffer.from(csrfTokenOf(secret))];
  if (sent.length === right.length && timingSafeEqual(sent, right)) return;
  throw new KontorError('CSRF_TOKEN_INVALID', `Send the session's csrfToken as "${CSRF_HEADER}: …".`);
}

/** Where somebody sits: what of a request the session's list shows, and the session that a new one there replaces. */
export interface Seat {
  address: string;
  agent: string;
  secret: string | undefined;
}

export function seatOf(req: Request, publicUrl: string): Seat {
  const agent = (req.get('user-agent') ?? '').slice(0, AGENT_LENGTH);
  return { address: req.ip ?? '', agent, secret: sessionSecretOf(req, publicUrl) };
}

/**
 * Begins a session, however the person proved who she is, for the company and in the view of her last one, else for her
 * first; through a provider for its company alone. The session that this browser had ends. FORBIDDEN where no company gives her access.
 */
export async function openSession(
  trx: Trx,
  person: { id: string; name: string; secondFactor?: boolean },
  { secret: before, ...seat }: Seat,
  at: Date,
  provider?: { id: string; companyId: string },
): Promise<{ secret: string; acting: Acting }> {
  const bounds = provider === undefined ? null : { companyId: provider.companyId, providerId: provider.id };
  const [acting] = await actingChoices(trx, person.id, bounds);
  if (acting === undefined)
    throw new KontorError('FORBIDDEN', 'No company gives you access now: ask its administrator.');
  const { id, secret } = await insertSession(trx, {
    personId: person.id,
    acting,
    providerId: provider?.id ?? null,
    ...seat,
    at,
  });
  const replaced = before === undefined ? undefined : await endSessionOf(trx, secretHash(before), at);
  const { companyId, view } = acting;
  const subject = `person:${person.id}`;
  const proof = person.secondFactor === true ? 'password and code' : 'password';
  appendAudit(trx, {
    ...{ at, actor: { kind: 'person', id: person.id, name: person.name }, action: 'session.opened', subject },
    after: {
      ...{ session: id, companyId, view, ...(replaced === undefined ? {} : { replaced }) },
      ...(provider === undefined ? { proof } : { identityProvider: provider.id }),
    },
  });
  return { secret, acting };
}
