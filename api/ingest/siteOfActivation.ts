import { siteActor } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { findMsp } from '../../db/parties/mspStore.js';
import { findTenant } from '../../db/parties/tenantStore.js';
import { assignFrom, servesTenant } from '../../db/sites/assignmentStore.js';
import type { ShownKey } from '../../db/sites/shownKey.js';
import { insertSites, lockSite, lockSiteByName, nameTaken, type Site } from '../../db/sites/siteStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { periodOf } from '../../domain/period.js';
import type { SiteKind } from '../../domain/site.js';
import type { Activation } from '../../sites/index.js';

/** A tenant's key as it is shown. */
interface TenantKey {
  mspId: string;
  keyId: string;
  tenantId: string;
  programme: string;
  product: string;
}

/** The site an activation names, and its kind where it says so. */
interface NamedSite {
  name: string;
  kind: SiteKind | undefined;
}

/** Adds a site that serves the key's tenant from the running month on. */
async function addSite(trx: Trx, key: TenantKey, { name, kind = 'managed' }: NamedSite, at: Date): Promise<Site> {
  const { mspId, tenantId, programme, product } = key;
  const msp = await findMsp(trx, mspId);
  const tenant = await findTenant(trx, mspId, tenantId);
  if (msp === undefined || tenant === undefined) throw new KontorError('INTERNAL', 'A key without its tenant.');
  const siteId = randomUUID();
  const fromPeriod = periodOf(at, msp.zone);
  const site = { siteId, programme, name, product, kind, channel: 'push', fromPeriod, at } as const;
  // Activated in the same transaction: there is nothing to remind of.
  const [outcome] = await insertSites(trx, mspId, [{ ...site, remindAt: [] }]);
  if (outcome === 'taken') throw nameTaken(name, '/siteName');
  if (outcome !== 'made') throw new KontorError('KEY_REVOKED', 'The MSP of this key takes no part any more.');
  const wanted = [{ reference: tenant.ref, tenantRef: tenant.ref }];
  const refused = await assignFrom(trx, { mspId, siteId, from: fromPeriod, wanted });
  if (refused.length > 0) throw new KontorError('KEY_REVOKED', 'The tenant of this key is closed.');
  appendAudit(trx, {
    at,
    actor: siteActor(siteId),
    action: 'site.added',
    subject: `site:${siteId}`,
    mspId,
    after: { name, product, kind, fromPeriod, tenantRefs: [tenant.ref], keyId: key.keyId },
  });
  const made = await lockSite(trx, mspId, siteId);
  if (made === undefined) throw new KontorError('INTERNAL', 'A site was added and is not there.');
  return made;
}

async function siteByName(trx: Trx, key: TenantKey, named: NamedSite, at: Date): Promise<Site> {
  const { name, kind } = named;
  const site = await lockSiteByName(trx, key.mspId, name);
  if (site === undefined) return addSite(trx, key, named, at);
  if (site.product !== key.product || site.programme !== key.programme) {
    throw fieldError('NAME_TAKEN', '/siteName', `The site of that name has another product: ${site.product}.`);
  }
  if (!(await servesTenant(trx, { mspId: key.mspId, siteId: site.id }, key.tenantId, periodOf(at, 'UTC')))) {
    throw fieldError('VALIDATION_FAILED', '/siteName', 'That site does not serve the tenant of this key.');
  }
  requireKind(site, kind);
  return site;
}

function requireKind(site: Site, kind: SiteKind | undefined): void {
  if (kind === undefined || kind === site.kind) return;
  throw fieldError('VALIDATION_FAILED', '/siteKind', `That site is ${site.kind}: leave it out, or name another site.`);
}

/**
 * The site that an activation is for, locked: the key's own, or, with a tenant's key, the one it names; where the MSP
 * has none of that name it is added. Throws VALIDATION_FAILED without a name, or where the site does not serve the
 * key's tenant or is of another kind, and NAME_TAKEN where it has another product.
 */
export async function siteOfActivation(
  trx: Trx,
  shown: ShownKey,
  { siteName, siteKind }: Activation,
  at: Date,
): Promise<Site> {
  const { mspId, keyId, siteId, tenantId, programme, product } = shown;
  if (siteId !== null) {
    const site = await lockSite(trx, mspId, siteId);
    if (site === undefined) throw new KontorError('INTERNAL', 'A key without its site.');
    requireKind(site, siteKind);
    return site;
  }
  if (siteName === undefined) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/siteName',
      'This key is for all sites of a tenant: name the one it is for.',
    );
  }
  if (tenantId === null || programme === null || product === null) {
    throw new KontorError('INTERNAL', 'A key without an owner.');
  }
  return siteByName(trx, { mspId, keyId, tenantId, programme, product }, { name: siteName, kind: siteKind }, at);
}
