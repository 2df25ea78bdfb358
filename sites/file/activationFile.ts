import type { KeyObject } from 'node:crypto';
import { FlattenedSign } from 'jose';
import { z } from 'zod';
import { ACTIVATION } from '../push/schemas.js';

/** How long a request may be under way, and how far ahead the clock of a machine without a network may be. */
export const REQUEST_DAYS = { behind: 90, ahead: 7 } as const;
/** How long an answer may be under way. */
export const ANSWER_DAYS = 30;

/** The request file of a machine without a network: an activation, when it was made by its own clock, and what its answer repeats. */
export const ACTIVATION_REQUEST = ACTIVATION.extend({
  madeAt: z.iso.datetime({ offset: true }),
  nonce: z.string().regex(/^[\x21-\x7e]{16,64}$/, '16 to 64 visible ASCII characters'),
});
export type ActivationRequest = z.infer<typeof ACTIVATION_REQUEST>;

/** What Kontor answers; nothing of it is true for the machine before it has verified the signature over these very bytes. */
export interface ActivationAnswer {
  version: 1;
  kind: 'activation';
  mspId: string;
  siteId: string;
  installationId: string;
  publicKey: string;
  signingKeyId: string;
  product: string;
  minimumVersion: string;
  nonce: string;
  answeredAt: string;
  expiresAt: string;
}

/** A response file: the answer's bytes in base64url, and a detached JWS over them, as a site's own messages have. */
interface ResponseFile {
  version: 1;
  body: string;
  signature: string;
}

/** Signs an answer by Kontor's Ed25519 key of that id. */
export async function signActivationAnswer(
  answer: ActivationAnswer,
  { keyId, privateKey }: { keyId: string; privateKey: KeyObject },
): Promise<ResponseFile> {
  const body = Buffer.from(JSON.stringify(answer));
  const header = { alg: 'EdDSA', b64: false, crit: ['b64'], kid: keyId };
  const signed = await new FlattenedSign(body).setProtectedHeader(header).sign(privateKey);
  return {
    version: 1,
    body: body.toString('base64url'),
    signature: `${signed.protected ?? ''}..${signed.signature}`,
  };
}
