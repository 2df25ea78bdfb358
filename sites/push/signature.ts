/**
 * How a site signs what it sends: a detached JWS over the body's bytes (RFC 7515 appendix F, RFC 7797), in the header
 * `Kontor-Signature`. The algorithm is fixed; the protected header ties the message to a key, a site, a path, a period,
 * an instant of our clock and a nonce, so that it can be neither moved nor sent twice.
 */
import type { KeyObject } from 'node:crypto';
import { FlattenedSign, flattenedVerify, importJWK } from 'jose';
import { z } from 'zod';
import { KontorError } from '../../domain/errors.js';
import { hasRepeatedMembers } from '../../domain/repeatedMembers.js';

export const SIGNATURE_HEADER = 'Kontor-Signature';
const ALGORITHM = 'EdDSA';
/** How far `iat` may lie from our clock, either way. Nonces are kept for at least as long. */
export const SIGNATURE_WINDOW_SECONDS = 600;
const DAY_SECONDS = 86_400;
/** The same for what is carried in a file, by a clock that nobody could set: how long it may be under way, and how far ahead. */
const CARRIED_SECONDS = { behind: 90 * DAY_SECONDS, ahead: 7 * DAY_SECONDS } as const;
const LONGEST_HEADER = 2_000;

const PROTECTED_HEADER = z.strictObject({
  alg: z.literal(ALGORITHM),
  b64: z.literal(false),
  crit: z.tuple([z.literal('b64')]),
  // Both are kept: in characters that any database has (case 44).
  kid: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  iat: z.number().int().min(0),
  nonce: z.string().regex(/^[\x21-\x7e]{16,64}$/),
  period: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/),
  path: z.string().min(1).max(100),
  site: z.uuid().toLowerCase(),
});

/** What a signature claims. Nothing of it is true before `verifyMessage` has returned. */
export type SignatureClaims = Omit<z.infer<typeof PROTECTED_HEADER>, 'alg' | 'b64' | 'crit'>;

/** A signature header taken apart, not verified yet. */
export interface ParsedSignature {
  claims: SignatureClaims;
  encodedHeader: string;
  signature: string;
}

/** The value of the `Kontor-Signature` header for `body`, by an Ed25519 private key. */
export async function signMessage(body: Uint8Array, claims: SignatureClaims, privateKey: KeyObject): Promise<string> {
  const signed = await new FlattenedSign(body)
    .setProtectedHeader({ alg: ALGORITHM, b64: false, crit: ['b64'], ...claims })
    .sign(privateKey);
  return `${signed.protected ?? ''}..${signed.signature}`;
}

function malformed(why: string): KontorError {
  return new KontorError('SIGNATURE_MALFORMED', `The ${SIGNATURE_HEADER} header is no detached JWS: ${why}.`);
}

function decodeHeader(encoded: string): unknown {
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw malformed('its header cannot be read');
  }
  if (hasRepeatedMembers(text, header)) throw malformed('its header names a member twice');
  return header;
}

/**
 * Takes a signature header apart. Throws UNAUTHENTICATED without one, SIGNATURE_MALFORMED, and ALGORITHM_NOT_ALLOWED
 * for anything but EdDSA over the unencoded body.
 */
export function parseSignature(header: string | undefined): ParsedSignature {
  if (header === undefined) {
    throw new KontorError('UNAUTHENTICATED', `Sign the message and send the ${SIGNATURE_HEADER} header.`);
  }
  const parts = header.split('.');
  const [encodedHeader = '', payload, signature = ''] = parts;
  if (header.length > LONGEST_HEADER || parts.length !== 3) throw malformed('it has not three parts');
  if (payload !== '') throw malformed('it carries the body itself');
  const decoded = decodeHeader(encodedHeader);
  const algorithm = z.object({ alg: z.string() }).safeParse(decoded);
  if (algorithm.success && algorithm.data.alg !== ALGORITHM) {
    throw new KontorError('ALGORITHM_NOT_ALLOWED', `Messages are signed by ${ALGORITHM} (Ed25519) and nothing else.`);
  }
  const parsed = PROTECTED_HEADER.safeParse(decoded);
  if (!parsed.success) throw malformed(`its member ${parsed.error.issues[0]?.path.join('.') ?? ''} is not as agreed`);
  const { kid, iat, nonce, period, path, site } = parsed.data;
  return { claims: { kid, iat, nonce, period, path, site }, encodedHeader, signature };
}

/** What a message was received as, against which its claims are held. */
export interface Expected {
  path: string;
  siteId: string;
  receivedAt: Date;
  /** By a person, in a file. */
  carried: boolean;
}

/**
 * Verifies the signature over `body` (its bytes before any content encoding) by the raw Ed25519 `publicKey`, then its
 * claims. Throws SIGNATURE_INVALID and SIGNATURE_EXPIRED. The nonce is the caller's to remember.
 */
export async function verifyMessage(
  body: Uint8Array,
  { claims, encodedHeader, signature }: ParsedSignature,
  publicKey: Uint8Array,
  expected: Expected,
): Promise<void> {
  const x = Buffer.from(publicKey).toString('base64url');
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, ALGORITHM);
    await flattenedVerify({ protected: encodedHeader, payload: body, signature }, key, { algorithms: [ALGORITHM] });
  } catch (error) {
    throw new KontorError('SIGNATURE_INVALID', 'The signature does not fit the message and its key.', [], {
      cause: error,
    });
  }
  if (claims.path !== expected.path || claims.site !== expected.siteId) {
    throw new KontorError('SIGNATURE_INVALID', 'The message was signed for another place or by another site.');
  }
  const age = expected.receivedAt.getTime() / 1000 - claims.iat;
  if (expected.carried) {
    if (age <= CARRIED_SECONDS.behind && -age <= CARRIED_SECONDS.ahead) return;
    throw new KontorError(
      'SIGNATURE_EXPIRED',
      `A file is taken up to 90 days after it was signed, and a site's clock may be seven days ahead; it is ${expected.receivedAt.toISOString()} here. Make the file anew.`,
    );
  }
  if (Math.abs(age) > SIGNATURE_WINDOW_SECONDS) {
    throw new KontorError(
      'SIGNATURE_EXPIRED',
      `Signed more than ten minutes from our clock, which says ${expected.receivedAt.toISOString()}. Sign again by it.`,
    );
  }
}
