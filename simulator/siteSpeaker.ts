import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { clockOffsetMs, publicKeyOf as rawPublicKey, signatureOf } from '../clients/kontor.js';
import { signingKeyId, SIGNATURE_HEADER, type SignatureClaims } from '../sites/push/index.js';
import type { Answer, ApiClient } from './apiClient.js';
import type { WorldInstallation } from './world/index.js';

/** DER of an Ed25519 private key in PKCS #8, up to its 32 bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const TIME = z.object({ now: z.iso.datetime() });
const LEVEL = 1;

/** One installation at its site, able to sign. */
export interface Speaker {
  siteId: string;
  signingKeyId: string;
  privateKey: KeyObject;
}

const keys = new WeakMap<WorldInstallation, KeyObject>();

function keyOf(installation: WorldInstallation): KeyObject {
  const known = keys.get(installation);
  if (known !== undefined) return known;
  const der = Buffer.concat([PKCS8_PREFIX, installation.secret]);
  const made = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  keys.set(installation, made);
  return made;
}

/** The raw public key of an installation, 32 bytes. */
export function publicKeyOf(installation: WorldInstallation): Buffer {
  return Buffer.from(rawPublicKey(keyOf(installation)), 'base64url');
}

export function speakerOf(siteId: string, installation: WorldInstallation): Speaker {
  return {
    siteId,
    signingKeyId: signingKeyId(siteId, installation.id, publicKeyOf(installation)),
    privateKey: keyOf(installation),
  };
}

/** Kontor's clock as learnt from it once: signatures go by it, whatever ours says. */
export interface Clock {
  now(): Date;
}

export async function learnClock(client: ApiClient): Promise<Clock> {
  const asked = Date.now();
  const { now } = await client.call({ method: 'GET', path: '/v1/site/time' }, TIME);
  const offsetMs = clockOffsetMs({ asked, answered: Date.now(), now: Date.parse(now) });
  return { now: () => new Date(Date.now() + offsetMs) };
}

export interface Envelope {
  path: string;
  /** Of the signature: the period reported; the month of signing where it is left out. */
  period?: string;
  /** Sign other claims than one ought to. */
  forged?: Partial<SignatureClaims>;
  /** Send other bytes than were signed, or another header. */
  tamper?: (message: { bytes: Buffer; signature: string }) => { bytes: Buffer; signature: string };
}

/** Signs and sends one message; any answer is returned. Each sending has a nonce of its own. */
export async function speak(
  client: ApiClient,
  clock: Clock,
  { siteId, signingKeyId: kid, privateKey }: Speaker,
  message: unknown,
  { path, period, forged, tamper }: Envelope,
): Promise<Answer> {
  const now = clock.now();
  const body = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const claims: SignatureClaims = {
    kid,
    iat: Math.floor(now.getTime() / 1000),
    nonce: randomBytes(16).toString('base64url'),
    period: period ?? now.toISOString().slice(0, 7),
    path,
    site: siteId,
    ...forged,
  };
  const signed = { bytes: body, signature: signatureOf(body, claims, privateKey) };
  const { bytes, signature } = tamper?.(signed) ?? signed;
  const headers = { 'content-encoding': 'gzip', [SIGNATURE_HEADER.toLowerCase()]: signature };
  return client.send({ method: 'POST', path, raw: { bytes: gzipSync(bytes, { level: LEVEL }), headers } });
}
