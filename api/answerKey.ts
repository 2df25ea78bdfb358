import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { SecretBox } from '../config/secretBox.js';
import { ALL, type Database } from '../db/connect.js';
import { findAnswerKey, insertAnswerKey, type AnswerKey } from '../db/sites/answerKeyStore.js';
import { KontorError } from '../domain/errors.js';

const PEM = { format: 'pem', type: 'pkcs8' } as const;

function newAnswerKey(secrets: SecretBox): AnswerKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const id = `ak_${createHash('sha256').update(raw).digest().subarray(0, 18).toString('base64url')}`;
  const sealedPrivateKey = secrets.seal(privateKey.export(PEM).toString(), `answerKey/${id}`);
  return { id, publicKey: raw, sealedPrivateKey };
}

/** The key of answers, made when it is first asked for; of two who ask at once both get the same. */
export async function answerKeyOf(db: Database, secrets: SecretBox, at: Date): Promise<AnswerKey> {
  return db.transaction(ALL, async (trx) => {
    const known = await findAnswerKey(trx);
    if (known !== undefined) return known;
    await insertAnswerKey(trx, { ...newAnswerKey(secrets), at });
    const made = await findAnswerKey(trx);
    if (made === undefined) throw new KontorError('INTERNAL', 'The key of answers was made and is not there.');
    return made;
  });
}

/** Its private half. Throws CONFIGURATION_INVALID where SECRET_KEYS do not open it. */
export function privateKeyOf(secrets: SecretBox, { id, sealedPrivateKey }: AnswerKey): KeyObject {
  return createPrivateKey(secrets.open(sealedPrivateKey, `answerKey/${id}`));
}
