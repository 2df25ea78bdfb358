import { siteActor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { activateInstallation, findInstallation } from '../../db/sites/installationStore.js';
import { settingsFor } from '../../db/programmes/programmeStore.js';
import { registerSigningKey } from '../../db/sites/signingKeyStore.js';
import type { Site } from '../../db/sites/siteStore.js';
import { compareVersions } from '../../domain/catalog/index.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { periodOf } from '../../domain/period.js';
import { MAY_DEPLOY } from '../../domain/site.js';
import { signingKeyId, type Activation } from '../../sites/index.js';
import { replaceOne } from '../replaceOne.js';
import { requireBoundNowhere } from './licensedOtherwise.js';
import { requireProductByCode } from './minimumVersion.js';

export interface Activated {
  siteId: string;
  mspId: string;
  signingKeyId: string;
  /** Oldest version of the product that the programme takes. */
  minimumVersion: string;
  /** Whether this made the site active. */
  first: boolean;
}

/** What an installation says of itself, however it came. */
export type Asked = Omit<Activation, 'key'>;

/** Returns the minimum version that the activation keeps: its programme's, else the catalogue's. */
async function requireProduct(
  trx: Trx,
  { product: shown, productVersion }: Asked,
  { product, programme }: { product: string; programme: string },
  at: Date,
): Promise<string> {
  if (shown !== product) {
    throw fieldError('VALIDATION_FAILED', '/product', `This is for another product: ${product}.`);
  }
  const { code, minimumVersion: shipped } = requireProductByCode(product);
  const set = (await settingsFor(trx, programme, periodOf(at, 'UTC')))?.settings.minimumVersions;
  const minimumVersion = new Map(Object.entries(set ?? {})).get(code) ?? shipped;
  if (compareVersions(productVersion, minimumVersion) < 0) {
    throw fieldError(
      'PRODUCT_VERSION_TOO_OLD',
      '/productVersion',
      `Install version ${minimumVersion} or later, then activate.`,
    );
  }
  return minimumVersion;
}

/** What it is installed under: a site and a key in force, both locked. */
interface Under {
  site: Site;
  keyId: string;
  enrolledBy: 'key' | 'token';
  at: Date;
}

/**
 * Makes an installation of the site active under the key and registers its signing key; the same again changes nothing. One that
 * names the installation it replaces does so (rule 6). Throws VALIDATION_FAILED, PRODUCT_VERSION_TOO_OLD, KEY_DISABLED (rule 6)
 * for a new installation of a blocked site, LICENSED_OTHERWISE, NOT_FOUND for an unknown `replaces`, and STATE_CONFLICT for a public key or an
 * installation that was retired.
 */
export async function install(trx: Trx, asked: Asked, { site, keyId, enrolledBy, at }: Under): Promise<Activated> {
  const { installationId, productVersion, replaces } = asked;
  const { mspId, id: siteId } = site;
  const minimumVersion = await requireProduct(trx, asked, site, at);
  const before = await findInstallation(trx, { mspId, siteId }, installationId);
  if (before === undefined && !MAY_DEPLOY[site.contact]) {
    throw new KontorError('KEY_DISABLED', 'This site was silent for too long: an installation it has checks in first.');
  }
  if (before !== undefined && (before.retiredAt !== null || before.replacedBy !== null)) {
    throw fieldError(
      'STATE_CONFLICT',
      '/installationId',
      'It was retired or replaced: activate as a new installation.',
    );
  }
  if (before === undefined) await requireBoundNowhere(trx, site, installationId, at);
  const activation = { mspId, siteId, keyId, installationId, enrolledBy, productVersion, activatedAt: at };
  const first = await activateInstallation(trx, activation);
  const publicKey = Buffer.from(asked.signingKey.publicKey, 'base64url');
  const id = signingKeyId(siteId, installationId, publicKey);
  if (!(await registerSigningKey(trx, { id, mspId, siteId, installationId, publicKey, registeredAt: at }))) {
    throw new KontorError('STATE_CONFLICT', 'That signing key was retired. Make a new key pair and activate with it.');
  }
  const actor = siteActor(siteId);
  if (replaces !== undefined) {
    const replaced = { mspId, siteId, installationId: replaces, by: installationId, at };
    await replaceOne(trx, { ...replaced, actor, field: '/replaces' });
  }
  if (before === undefined) {
    appendAudit(trx, {
      at,
      actor,
      action: first ? 'site.activated' : 'site.installationAdded',
      subject: `site:${siteId}`,
      mspId,
      after: { installationId, productVersion, signingKeyId: id, keyId, enrolledBy },
    });
  }
  return { siteId, mspId, signingKeyId: id, minimumVersion, first };
}
