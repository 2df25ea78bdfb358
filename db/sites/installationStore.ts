import type { KeyState } from '../../domain/key.js';
import type { ContactState } from '../../domain/site.js';
import { rows, type Trx } from '../connect.js';

/** A metered key as shown by an installation, with its site. */
export interface ShownKey {
  mspId: string;
  keyId: string;
  siteId: string;
  product: string;
  state: KeyState;
  contact: ContactState;
  /** Whether the installation that shows it is one of the site's already. */
  known: boolean;
}

interface ShownKeyRow {
  msp_id: string;
  id: string;
  site_id: string;
  product: string;
  state: KeyState;
  contact: ContactState;
  known: boolean;
}

/** The key with that SHA-256, locked with its site until the end of the transaction: activations of a key queue up. */
export async function lockShownKey(
  trx: Trx,
  keyHash: Uint8Array,
  installationId: string,
): Promise<ShownKey | undefined> {
  const [row] = await rows<ShownKeyRow>(
    trx,
    `select k.msp_id, k.id, k.site_id, k.state, site.product, site.contact,
       exists (select from installation i
         where i.msp_id = k.msp_id and i.site_id = k.site_id and i.id = :installationId) as known
     from metered_key k join site on site.msp_id = k.msp_id and site.id = k.site_id
     where k.key_hash = :keyHash
     for update of k, site`,
    { keyHash: Buffer.from(keyHash), installationId },
  );
  return (
    row && {
      mspId: row.msp_id,
      keyId: row.id,
      siteId: row.site_id,
      product: row.product,
      state: row.state,
      contact: row.contact,
      known: row.known,
    }
  );
}

export interface InstallationActivation {
  installationId: string;
  productVersion: string;
  activatedAt: Date;
}

/**
 * Puts the installation under that key: an installation known already keeps its first activation and takes the key and
 * version shown now. The key and the site become active. Returns whether this was the site's first activation.
 */
export async function activateInstallation(
  trx: Trx,
  key: ShownKey,
  { installationId, productVersion, activatedAt }: InstallationActivation,
): Promise<boolean> {
  const [activated] = await rows<{ first: boolean }>(
    trx,
    `with installed as (
       insert into installation (msp_id, site_id, id, metered_key_id, product_version, activated_at)
       values (:mspId, :siteId, :installationId, :keyId, :productVersion, :activatedAt)
       on conflict (msp_id, site_id, id)
         do update set metered_key_id = excluded.metered_key_id, product_version = excluded.product_version
     ), key_active as (
       update metered_key set state = 'active' where msp_id = :mspId and id = :keyId and state = 'issued'
     ), site_active as (
       update site set state = 'active', activated_at = :activatedAt
       where msp_id = :mspId and id = :siteId and state = 'created'
       returning id
     )
     select exists (select from site_active) as first`,
    { mspId: key.mspId, siteId: key.siteId, keyId: key.keyId, installationId, productVersion, activatedAt },
  );
  return activated?.first ?? false;
}
