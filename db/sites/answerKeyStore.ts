import { rows, type Trx } from '../connect.js';

/** The key by which Kontor signs what is carried to machines without a network. */
export interface AnswerKey {
  id: string;
  /** Raw Ed25519, 32 bytes. */
  publicKey: Buffer;
  sealedPrivateKey: string;
}

export async function findAnswerKey(trx: Trx): Promise<AnswerKey | undefined> {
  const [key] = await rows<AnswerKey>(
    trx,
    `select id, public_key as "publicKey", sealed_private_key as "sealedPrivateKey" from answer_key`,
  );
  return key;
}

/** Keeps it unless there is one already, of somebody who was quicker. */
export async function insertAnswerKey(trx: Trx, key: AnswerKey & { at: Date }): Promise<void> {
  await rows(
    trx,
    `insert into answer_key (id, public_key, sealed_private_key, made_at)
     values (:id, :publicKey, :sealedPrivateKey, :at) on conflict (sole) do nothing`,
    { ...key },
  );
}
