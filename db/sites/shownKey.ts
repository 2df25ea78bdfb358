import type { KeyState } from '../../domain/key.js';
import { rows, type Trx } from '../connect.js';

/** A metered key that an installation shows: whose it is, and for what. */
export interface ShownKey {
  mspId: string;
  keyId: string;
  /** Null: a tenant's key, which has programme and product of its own. */
  siteId: string | null;
  tenantId: string | null;
  programme: string | null;
  product: string | null;
}

/** The key with that SHA-256; undefined: nobody issued it. Not locked: lock its site first, then its state. */
export async function findShownKey(trx: Trx, keyHash: Uint8Array): Promise<ShownKey | undefined> {
  const [key] = await rows<ShownKey>(
    trx,
    `select msp_id as "mspId", id as "keyId", site_id as "siteId", tenant_id as "tenantId", programme_code as programme,
       product
     from metered_key where key_hash = :keyHash`,
    { keyHash: Buffer.from(keyHash) },
  );
  return key;
}

/** The key's state, locked until the end of the transaction: activations with a key queue up. */
export async function lockKeyState(
  trx: Trx,
  { mspId, keyId }: Pick<ShownKey, 'mspId' | 'keyId'>,
): Promise<KeyState | undefined> {
  const [row] = await rows<{ state: KeyState }>(
    trx,
    'select state from metered_key where msp_id = :mspId and id = :keyId for update',
    { mspId, keyId },
  );
  return row?.state;
}
