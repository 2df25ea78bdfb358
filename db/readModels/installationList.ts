import { rows, type Trx } from '../connect.js';

/** An installation with what its MSP asks about it first. */
export interface InstallationSummary {
  installationId: string;
  enrolledBy: 'key' | 'token';
  keyId: string;
  activatedAt: Date;
  lastHeardAt: Date | null;
  /** What it named last. */
  productVersion: string;
  replacedBy: string | null;
  replacedAt: Date | null;
  /** Rule 6: counts as one with its successor. */
  replacedForFree: boolean | null;
  retiredAt: Date | null;
  /** Of its newest check-in that told them, in jobs. */
  backupsPassed: number | null;
  backupsFailed: number | null;
  backupsUnknown: number | null;
}

/** Installations of a site, the newest first. */
export async function installationList(trx: Trx, mspId: string, siteId: string): Promise<InstallationSummary[]> {
  return rows<InstallationSummary>(
    trx,
    `select i.id as "installationId", i.enrolled_by as "enrolledBy", i.metered_key_id as "keyId",
       i.activated_at as "activatedAt", i.last_heard_at as "lastHeardAt",
       coalesce(i.product_version_seen, i.product_version) as "productVersion", i.replaced_by as "replacedBy",
       i.replaced_at as "replacedAt", i.replaced_for_free as "replacedForFree", i.retired_at as "retiredAt",
       c.backups_passed as "backupsPassed", c.backups_failed as "backupsFailed", c.backups_unknown as "backupsUnknown"
     from installation i
     left join lateral (
       select backups_passed, backups_failed, backups_unknown from check_in c
       where c.msp_id = i.msp_id and c.site_id = i.site_id and c.installation_id = i.id and c.backups_passed is not null
       order by c.observed_at desc limit 1) c on true
     where i.msp_id = :mspId and i.site_id = :siteId order by i.activated_at desc, i.id`,
    { mspId, siteId },
  );
}
