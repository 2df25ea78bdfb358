import { siteActor } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { findMsp } from '../../db/parties/mspStore.js';
import { findTenant } from '../../db/parties/tenantStore.js';
import { assignFrom, servesOthers, servesTenant } from '../../db/sites/assignmentStore.js';
import type { ShownKey } from '../../db/sites/shownKey.js';
import { insertSites, lockSite, lockSiteByName, nameTaken, type Site } from '../../db/sites/siteStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { periodOf, type Period } from '../../domain/period.js';
import type { SiteKind } from '../../domain/site.js';
import type { Activation } from '../../sites/index.js';
import { runningPeriod } from '../runningPeriod.js';

/** What lets an installation name its site: a tenant's key, or an enrolment token. */
export interface SiteGrant {
  mspId: string;
  /** Whom the site serves; null: a token of the MSP's own. */
  tenantId: string | null;
  programme: string;
  product: string;
  what: 'key' | 'token';
  /** For the audit trail. */
  by: { keyId: string } | { enrolmentTokenId: string };
}

/** The site an activation names, and its kind where it says so. */
interface NamedSite {
  name: string;
  kind: SiteKind | undefined;
}

/** From that month on the site serves the grant's tenant; returns its reference. */
async function serveTenant(trx: Trx, { mspId, tenantId, what }: SiteGrant, siteId: string, from: Period) {
  if (tenantId === null) return [];
  const tenant = await findTenant(trx, mspId, tenantId);
  if (tenant === undefined) throw new KontorError('INTERNAL', `A ${what} without its tenant.`);
  const wanted = [{ reference: tenant.ref, tenantRef: tenant.ref }];
  const refused = await assignFrom(trx, { mspId, siteId, from, wanted });
  if (refused.length > 0) throw new KontorError('KEY_REVOKED', `The tenant of this ${what} is closed.`);
  return [tenant.ref];
}

/** Adds a site that serves the grant's tenant from the running month on; undefined: another has just taken that name. */
async function addSite(
  trx: Trx,
  grant: SiteGrant,
  { name, kind = 'managed' }: NamedSite,
  at: Date,
): Promise<Site | undefined> {
  const { mspId, programme, product, what, by } = grant;
  const msp = await findMsp(trx, mspId);
  if (msp === undefined) throw new KontorError('INTERNAL', `A ${what} without its MSP.`);
  const siteId = randomUUID();
  const fromPeriod = periodOf(at, msp.zone);
  const site = { siteId, programme, name, product, kind, channel: 'push', fromPeriod, at } as const;
  // Activated in the same transaction: there is nothing to remind of.
  const [outcome] = await insertSites(trx, mspId, [{ ...site, remindAt: [] }]);
  if (outcome === 'taken') return undefined;
  if (outcome !== 'made') throw new KontorError('KEY_REVOKED', `The MSP of this ${what} takes no part any more.`);
  const tenantRefs = await serveTenant(trx, grant, siteId, fromPeriod);
  appendAudit(trx, {
    at,
    actor: siteActor(siteId),
    action: 'site.added',
    subject: `site:${siteId}`,
    mspId,
    after: { name, product, kind, fromPeriod, tenantRefs, ...by },
  });
  const made = await lockSite(trx, mspId, siteId);
  if (made === undefined) throw new KontorError('INTERNAL', 'A site was added and is not there.');
  return made;
}

async function requireGranted(trx: Trx, site: Site, grant: SiteGrant, at: Date): Promise<void> {
  const { mspId, tenantId, programme, product, what } = grant;
  if (site.product !== product || site.programme !== programme) {
    throw fieldError('NAME_TAKEN', '/siteName', `The site of that name has another product: ${site.product}.`);
  }
  if (tenantId === null) return;
  const running = await runningPeriod(trx, mspId, at);
  const ofSite = { mspId, siteId: site.id };
  if (!(await servesTenant(trx, ofSite, tenantId, running))) {
    throw fieldError('VALIDATION_FAILED', '/siteName', `That site does not serve the tenant of this ${what}.`);
  }
  // Whoever makes a tenant's token has a say in no site that others share: what enrols there reports for all of them.
  if (what === 'token' && (await servesOthers(trx, ofSite, tenantId, running))) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/siteName',
      "That site serves other tenants too: activate with its key, or enrol with a token of the MSP's own.",
    );
  }
}

/**
 * The MSP's site of that name, locked; where it has none of that name it is added. Throws VALIDATION_FAILED where it does not
 * serve the grant's tenant or is of another kind, and NAME_TAKEN where it has another product.
 */
export async function siteByName(trx: Trx, grant: SiteGrant, named: NamedSite, at: Date): Promise<Site> {
  const { name, kind } = named;
  const known = await lockSiteByName(trx, grant.mspId, name);
  if (known === undefined) {
    const added = await addSite(trx, grant, named, at);
    if (added !== undefined) return added;
  }
  const site = known ?? (await lockSiteByName(trx, grant.mspId, name));
  if (site === undefined) throw nameTaken(name, '/siteName');
  await requireGranted(trx, site, grant, at);
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
  const grant = { mspId, tenantId, programme, product, what: 'key', by: { keyId } } as const;
  return siteByName(trx, grant, { name: siteName, kind: siteKind }, at);
}
