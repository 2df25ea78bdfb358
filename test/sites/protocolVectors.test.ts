import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { isSigningKeyPoint } from '../../domain/signingKeyPoint.js';
import {
  CARRIED,
  CHECK_INS,
  NEW_SIGNING_KEY,
  signActivationAnswer,
  signingKeyId,
  SIGNATURE_WINDOW_SECONDS,
  USAGE_REPORT,
  type ActivationAnswer,
} from '../../sites/index.js';
import { parseSignature, signMessage, verifyMessage } from '../../sites/push/signature.js';

interface Vectors {
  privateKey: string;
  publicKey: string;
  siteId: string;
  installationId: string;
  signingKeyId: string;
  messages: {
    name: string;
    path: string;
    period: string;
    iat: number;
    nonce: string;
    body: string;
    signature: string;
  }[];
  answers: { name: string; nonce: string; now: string; body: string; signature: string }[];
  refused: {
    name: string;
    path: string;
    site: string;
    receivedAt: string;
    body: string;
    signature: string;
    code: string;
  }[];
}

const text = await readFile(new URL('../../../docs/protocol-vectors.json', import.meta.url), 'utf8');
const vectors = JSON.parse(text) as Vectors;
const bytes = (encoded: string) => Buffer.from(encoded, 'base64url');
const publicKey = bytes(vectors.publicKey);
const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), bytes(vectors.privateKey)]);
const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
const SCHEMAS = {
  '/v1/site/check-ins': CHECK_INS,
  '/v1/site/usage-reports': USAGE_REPORT,
  '/v1/site/signing-keys': NEW_SIGNING_KEY,
};

describe('docs/protocol-vectors.json', () => {
  it('has a key that may sign, under the id that an activation answers', () => {
    expect(isSigningKeyPoint(publicKey)).toBe(true);
    expect(signingKeyId(vectors.siteId, vectors.installationId, publicKey)).toBe(vectors.signingKeyId);
  });

  it.each(vectors.messages)('what the server takes: $name', async ({ name: _name, body, signature, ...said }) => {
    const claims = { ...said, kid: vectors.signingKeyId, site: vectors.siteId };
    const parsed = parseSignature(signature);
    expect(parsed.claims).toEqual(claims);
    const carried = Object.hasOwn(CARRIED, said.path);
    for (const seconds of [0, SIGNATURE_WINDOW_SECONDS, -SIGNATURE_WINDOW_SECONDS]) {
      const receivedAt = new Date((said.iat + seconds) * 1000);
      await verifyMessage(bytes(body), parsed, publicKey, {
        path: said.path,
        siteId: vectors.siteId,
        receivedAt,
        carried,
      });
    }
    expect(await signMessage(bytes(body), parsed.claims, privateKey)).toBe(signature);
    const schema = SCHEMAS[said.path.replace(/^file:/, '') as keyof typeof SCHEMAS];
    expect(schema.safeParse(JSON.parse(bytes(body).toString())).error).toBeUndefined();
  });

  it.each(vectors.answers)('what Kontor answers to a request file: $name', async ({ body, signature, nonce, now }) => {
    const answer = JSON.parse(bytes(body).toString()) as ActivationAnswer;
    expect([answer.nonce, answer.siteId, answer.installationId]).toEqual([
      nonce,
      vectors.siteId,
      vectors.installationId,
    ]);
    expect(answer.signingKeyId).toBe(signingKeyId(answer.siteId, answer.installationId, bytes(answer.publicKey)));
    expect(Date.parse(answer.expiresAt)).toBeGreaterThan(Date.parse(now));
    expect(await signActivationAnswer(answer, { keyId: 'ak_vector', privateKey })).toEqual({
      version: 1,
      body,
      signature,
    });
  });

  it.each(vectors.refused)(
    'what the server refuses: $name',
    async ({ path, site, receivedAt, body, signature, code }) => {
      const expected = { path, siteId: site, receivedAt: new Date(receivedAt), carried: false };
      const verified = (async () => verifyMessage(bytes(body), parseSignature(signature), publicKey, expected))();
      await expect(verified).rejects.toMatchObject({ code });
    },
  );
});
