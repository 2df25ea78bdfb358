import type { Day } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** One copy of the product at a site. */
export interface Installation {
  mspId: string;
  siteId: string;
  id: string;
  meteredKeyId: string;
  activatedAt: Date;
  lastHeardAt: Date | null;
  replacedBy: string | null;
  retiredAt: Date | null;
}

interface InstallationRow {
  id: string;
  metered_key_id: string;
  activated_at: Date;
  last_heard_at: Date | null;
  replaced_by: string | null;
  retired_at: Date | null;
}

interface SiteOfMsp {
  mspId: string;
  siteId: string;
}

/** Undefined: the site has none of that id. Lock the site before: installations change under its lock. */
export async function findInstallation(
  trx: Trx,
  { mspId, siteId }: SiteOfMsp,
  id: string,
): Promise<Installation | undefined> {
  const [row] = await rows<InstallationRow>(
    trx,
    `select id, metered_key_id, activated_at, last_heard_at, replaced_by, retired_at from installation
     where msp_id = :mspId and site_id = :siteId and id = :id`,
    { mspId, siteId, id },
  );
  return (
    row && {
      mspId,
      siteId,
      id: row.id,
      meteredKeyId: row.metered_key_id,
      activatedAt: row.activated_at,
      lastHeardAt: row.last_heard_at,
      replacedBy: row.replaced_by,
      retiredAt: row.retired_at,
    }
  );
}

export interface InstallationActivation extends SiteOfMsp {
  keyId: string;
  installationId: string;
  enrolledBy: 'key' | 'token';
  productVersion: string;
  activatedAt: Date;
}

/**
 * Puts the installation under that key: an installation known already keeps its first activation and takes the key and
 * version shown now; the key it used before is remembered. Key and site become active. Returns whether this was the
 * site's first activation.
 */
export async function activateInstallation(trx: Trx, activation: InstallationActivation): Promise<boolean> {
  const [activated] = await rows<{ first: boolean }>(
    trx,
    `with former as (
       insert into former_key (msp_id, site_id, installation_id, metered_key_id, until_at)
       select msp_id, site_id, id, metered_key_id, :activatedAt from installation
       where msp_id = :mspId and site_id = :siteId and id = :installationId and metered_key_id <> :keyId
       on conflict (msp_id, site_id, installation_id, metered_key_id) do update set until_at = excluded.until_at
     ), installed as (
       insert into installation (msp_id, site_id, id, metered_key_id, enrolled_by, product_version, activated_at)
       values (:mspId, :siteId, :installationId, :keyId, :enrolledBy, :productVersion, :activatedAt)
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
    { ...activation },
  );
  return activated?.first ?? false;
}

export interface Replacement extends SiteOfMsp {
  installationId: string;
  by: string;
  at: Date;
  /** Rule 6: the two count as one. */
  forFree: boolean;
}

/** One that was replaced before keeps its successor. */
export async function replaceInstallation(trx: Trx, replacement: Replacement): Promise<void> {
  await rows(
    trx,
    `update installation set replaced_by = :by, replaced_at = :at, replaced_for_free = :forFree
     where msp_id = :mspId and site_id = :siteId and id = :installationId and replaced_by is null`,
    { ...replacement },
  );
}

/** One that was retired before keeps that instant. Without `installationId` all of the site are retired. */
export async function retireInstallations(
  trx: Trx,
  { installationId = null, ...site }: SiteOfMsp & { installationId?: string | null; at: Date },
): Promise<void> {
  await rows(
    trx,
    `update installation set retired_at = :at
     where msp_id = :mspId and site_id = :siteId and retired_at is null
       and (:installationId::uuid is null or id = :installationId::uuid)`,
    { ...site, installationId },
  );
}

/** Whether an installation of the site is in use under a key that was not destroyed: its own, or one of its tenant. */
export async function hasLiveInstallation(trx: Trx, site: SiteOfMsp): Promise<boolean> {
  const found = await rows<{ id: string }>(
    trx,
    `select i.id from installation i join metered_key k on k.msp_id = i.msp_id and k.id = i.metered_key_id
     where i.msp_id = :mspId and i.site_id = :siteId and i.retired_at is null and i.replaced_by is null
       and k.state <> 'destroyed' limit 1`,
    { ...site },
  );
  return found.length > 0;
}

/** Where an installation is in use beside the site that is meant: under another MSP, or under a term licence of another site. */
export type BoundElsewhere = 'msp' | 'term';

/**
 * Whether the installation of that id is in use elsewhere, under a key that nobody revoked or destroyed. Until the transaction
 * ends nobody else finds that out of the same id: of two sites that want it at once, the second sees what the first did.
 */
export async function boundElsewhere(
  trx: Trx,
  { mspId, siteId, installationId, day }: SiteOfMsp & { installationId: string; day: Day },
): Promise<BoundElsewhere | undefined> {
  await rows(trx, 'select pg_advisory_xact_lock(hashtextextended(:key, 0))', { key: `installation ${installationId}` });
  const [found] = await rows<{ bound: BoundElsewhere }>(
    trx,
    `select case when i.msp_id <> :mspId then 'msp' else 'term' end as bound
     from installation i
     join site s on s.msp_id = i.msp_id and s.id = i.site_id and s.state <> 'retired'
     join metered_key k on k.msp_id = i.msp_id and k.id = i.metered_key_id and k.state in ('issued', 'active', 'disabled')
     where i.id = :installationId and i.site_id <> :siteId and i.retired_at is null and i.replaced_by is null
       and (i.msp_id <> :mspId or exists (select from term_licence l where l.msp_id = i.msp_id and l.site_id = i.site_id
         and l.starts_on <= :day::date and l.ends_on > :day::date))
     order by 1 limit 1`,
    { mspId, siteId, installationId, day },
  );
  return found?.bound;
}
