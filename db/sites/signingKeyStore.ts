import type { KeyState } from '../../domain/key.js';
import { parsePeriod, type Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** A signing key with what ingest must know of its installation before it reads a message. */
export interface SigningKey {
  id: string;
  mspId: string;
  siteId: string;
  installationId: string;
  /** Raw Ed25519, 32 bytes. */
  publicKey: Uint8Array;
  retired: boolean;
  product: string;
  /** The oldest version of it that the programme takes; null: the catalogue's. */
  minimumVersion: string | null;
  /** Time zone of the MSP. */
  zone: string;
  /** The site's first month. */
  fromPeriod: Period;
  /** What its installation named last. */
  productVersion: string;
  /** State of the metered key the installation was activated with. */
  keyState: KeyState;
}

interface SigningKeyRow {
  id: string;
  msp_id: string;
  site_id: string;
  installation_id: string;
  public_key: Buffer;
  retired: boolean;
  product: string;
  zone: string;
  minimum_version: string | null;
  from_period: string;
  product_version: string;
  key_state: KeyState;
}

/** The known ones of `ids`, in no particular order. */
export async function findSigningKeys(trx: Trx, ids: readonly string[]): Promise<SigningKey[]> {
  const found = await rows<SigningKeyRow>(
    trx,
    `select s.id, s.msp_id, s.site_id, s.installation_id, s.public_key, s.retired_at is not null as retired,
       site.product, kontor_zone(s.msp_id) as zone,
       (select v.settings -> 'minimumVersions' ->> site.product from kontor_settings(site.programme_code) v)
         as minimum_version, site.from_period, coalesce(i.product_version_seen, i.product_version) as product_version,
       k.state as key_state
     from signing_key s
     join site on site.msp_id = s.msp_id and site.id = s.site_id
     join installation i on i.msp_id = s.msp_id and i.site_id = s.site_id and i.id = s.installation_id
     join metered_key k on k.msp_id = i.msp_id and k.id = i.metered_key_id
     where s.id = any(:ids::text[])`,
    { ids: [...ids] },
  );
  return found.map((row) => ({
    id: row.id,
    mspId: row.msp_id,
    siteId: row.site_id,
    installationId: row.installation_id,
    publicKey: row.public_key,
    retired: row.retired,
    product: row.product,
    zone: row.zone,
    minimumVersion: row.minimum_version,
    fromPeriod: parsePeriod(row.from_period),
    productVersion: row.product_version,
    keyState: row.key_state,
  }));
}

/** A public key an installation wants to sign with from now on. */
export interface NewSigningKey {
  id: string;
  mspId: string;
  siteId: string;
  installationId: string;
  publicKey: Uint8Array;
  registeredAt: Date;
}

const LIVE_KEYS = 2;

/**
 * Registers a key; one that is there already stays as it is. Of an installation's live keys the two newest remain, the
 * others are retired at `registeredAt`. Returns whether the key may be used: false where it had been retired before.
 */
export async function registerSigningKey(trx: Trx, key: NewSigningKey): Promise<boolean> {
  const { id, mspId, siteId, installationId, registeredAt } = key;
  const [kept] = await rows<{ live: boolean; others: string }>(
    trx,
    `with added as (
       insert into signing_key (msp_id, site_id, installation_id, id, public_key, registered_at)
       values (:mspId, :siteId, :installationId, :id, :publicKey, :registeredAt)
       on conflict do nothing
     )
     select coalesce(bool_and(retired_at is null) filter (where id = :id), true) as live,
       count(*) filter (where id <> :id and retired_at is null) as others
     from signing_key
     where msp_id = :mspId and site_id = :siteId and installation_id = :installationId`,
    { id, mspId, siteId, installationId, registeredAt, publicKey: Buffer.from(key.publicKey) },
  );
  if (Number(kept?.others) < LIVE_KEYS) return kept?.live ?? false;
  await rows(
    trx,
    `update signing_key set retired_at = :registeredAt
     where msp_id = :mspId and site_id = :siteId and installation_id = :installationId and retired_at is null
       and id not in (
         select id from signing_key
         where msp_id = :mspId and site_id = :siteId and installation_id = :installationId and retired_at is null
         order by registered_at desc, id
         limit ${LIVE_KEYS})`,
    { mspId, siteId, installationId, registeredAt },
  );
  return kept?.live ?? false;
}
