import { siteActor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, type Database, type Trx } from '../../db/connect.js';
import { withRetries } from '../../db/withRetries.js';
import { activateInstallation, findInstallation } from '../../db/sites/installationStore.js';
import { hashKey } from '../../db/sites/meteredKeyStore.js';
import { findShownKey, lockKeyState } from '../../db/sites/shownKey.js';
import { settingsFor } from '../../db/programmes/programmeStore.js';
import { registerSigningKey } from '../../db/sites/signingKeyStore.js';
import { compareVersions } from '../../domain/catalog/index.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { parseMeteredKey, requireKeyInForce } from '../../domain/key.js';
import { periodOf } from '../../domain/period.js';
import { MAY_DEPLOY } from '../../domain/site.js';
import { signingKeyId, type Activation } from '../../sites/index.js';
import { replaceOne } from '../replaceOne.js';
import { requireProductByCode } from './minimumVersion.js';
import type { Claims } from './refusals.js';
import { siteOfActivation } from './siteOfActivation.js';

export interface Activated {
  siteId: string;
  mspId: string;
  signingKeyId: string;
  /** Oldest version of the product that the programme takes. */
  minimumVersion: string;
  /** Whether this made the site active. */
  first: boolean;
}

/** Returns the minimum version that the activation keeps: its programme's, else the catalogue's. */
async function requireProduct(
  trx: Trx,
  { product: shown, productVersion }: Activation,
  { product, programme }: { product: string; programme: string },
  at: Date,
): Promise<string> {
  if (shown !== product) {
    throw fieldError('VALIDATION_FAILED', '/product', `This key is for another product: ${product}.`);
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

/**
 * Activates an installation with a metered key and registers its signing key. The same again gives the same answer;
 * another installation on the same key is let in and kept apart, for reconciliation to find (rule 3), unless it names
 * the one it replaces (rule 6). A site is locked before its keys, as by a rotation, which waits or is waited for.
 * Throws VALIDATION_FAILED, UNKNOWN_KEY, KEY_REVOKED, KEY_DISABLED (also, rule 6, for a new installation of a blocked
 * site), PRODUCT_VERSION_TOO_OLD, NOT_FOUND for an unknown `replaces`, and STATE_CONFLICT for a public key that was
 * retired or an installation that was.
 */
export async function activateSite(
  db: Database,
  activation: Activation,
  receivedAt: Date,
  claims: Claims,
): Promise<Activated> {
  claims.claimedPeriod = activation.period ?? null;
  const keyHash = hashKey(parseMeteredKey(activation.key));
  claims.keyFingerprint = keyHash.toString('hex').slice(0, 8);
  const { installationId, productVersion, replaces } = activation;
  const activate = async (trx: Trx): Promise<Activated> => {
    const key = await findShownKey(trx, keyHash);
    if (key === undefined) throw new KontorError('UNKNOWN_KEY', 'Nobody issued this metered key.');
    const { mspId, keyId } = key;
    claims.mspId = mspId;
    claims.claimedSite = key.siteId;
    // Whoever ends a tenant's key has no site to lock: the key comes first.
    if (key.siteId === null) await lockKeyState(trx, key);
    const site = await siteOfActivation(trx, key, activation, receivedAt);
    const siteId = site.id;
    claims.claimedSite = siteId;
    const state = await lockKeyState(trx, key);
    if (state !== undefined) requireKeyInForce(state);
    const minimumVersion = await requireProduct(trx, activation, site, receivedAt);
    const before = await findInstallation(trx, { mspId, siteId }, installationId);
    if (before === undefined && !MAY_DEPLOY[site.contact]) {
      throw new KontorError(
        'KEY_DISABLED',
        'This site was silent for too long: an installation it has checks in first.',
      );
    }
    if (before !== undefined && (before.retiredAt !== null || before.replacedBy !== null)) {
      throw fieldError(
        'STATE_CONFLICT',
        '/installationId',
        'It was retired or replaced: activate as a new installation.',
      );
    }
    const activatedAt = receivedAt;
    const first = await activateInstallation(trx, {
      mspId,
      siteId,
      keyId,
      installationId,
      productVersion,
      activatedAt,
    });
    const publicKey = Buffer.from(activation.signingKey.publicKey, 'base64url');
    const id = signingKeyId(siteId, installationId, publicKey);
    if (!(await registerSigningKey(trx, { id, mspId, siteId, installationId, publicKey, registeredAt: receivedAt }))) {
      throw new KontorError(
        'STATE_CONFLICT',
        'That signing key was retired. Make a new key pair and activate with it.',
      );
    }
    const actor = siteActor(siteId);
    if (replaces !== undefined) {
      const replaced = { mspId, siteId, installationId: replaces, by: installationId, at: receivedAt };
      await replaceOne(trx, { ...replaced, actor, field: '/replaces' });
    }
    if (before === undefined) {
      appendAudit(trx, {
        at: receivedAt,
        actor,
        action: first ? 'site.activated' : 'site.installationAdded',
        subject: `site:${siteId}`,
        mspId,
        after: { installationId, productVersion, signingKeyId: id, keyId },
      });
    }
    return { siteId, mspId, signingKeyId: id, minimumVersion, first };
  };
  return withRetries(() => db.transaction(ALL, activate));
}
