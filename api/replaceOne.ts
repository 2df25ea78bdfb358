import type { Actor } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import type { Trx } from '../db/connect.js';
import { findInstallation, replaceInstallation } from '../db/sites/installationStore.js';
import { fieldError } from '../domain/errors.js';
import { installationSettings } from '../db/sites/installationSettings.js';
import { isReplacedForFree } from '../domain/site.js';

export interface ReplaceOne {
  mspId: string;
  siteId: string;
  installationId: string;
  by: string;
  at: Date;
  actor: Actor;
  /** What names the installation in the request. */
  field: string;
}

/**
 * Notes, under the site's lock, that an installation was replaced by another of the site (rule 6), with its audit event;
 * the same again changes nothing. Throws NOT_FOUND and STATE_CONFLICT.
 */
export async function replaceOne(trx: Trx, { actor, field, ...replacement }: ReplaceOne): Promise<void> {
  const { mspId, siteId, installationId, by, at } = replacement;
  const old = await findInstallation(trx, replacement, installationId);
  if (old === undefined) throw fieldError('NOT_FOUND', field, 'This site has no such installation to be replaced.');
  if (old.replacedBy === by) return;
  if (old.replacedBy !== null) throw fieldError('STATE_CONFLICT', field, 'Another installation has replaced it.');
  if (old.retiredAt !== null) throw fieldError('STATE_CONFLICT', field, 'That installation is retired.');
  const successor = await findInstallation(trx, replacement, by);
  if (
    installationId === by ||
    successor === undefined ||
    successor.replacedBy !== null ||
    successor.retiredAt !== null
  ) {
    throw fieldError('STATE_CONFLICT', field, 'An installation is replaced by another one that is in use.');
  }
  const forFree = isReplacedForFree(
    old.lastHeardAt ?? old.activatedAt,
    at,
    await installationSettings(trx, mspId, siteId),
  );
  await replaceInstallation(trx, { ...replacement, forFree });
  appendAudit(trx, {
    at,
    actor,
    action: 'installation.replaced',
    subject: `site:${siteId}`,
    mspId,
    after: { installationId, by, forFree },
  });
}
