import { appendAudit } from '../../db/access/auditStore.js';
import { ALL } from '../../db/connect.js';
import { hashKey } from '../../db/sites/meteredKeyStore.js';
import { activateInstallation, lockShownKey, type ShownKey } from '../../db/sites/installationStore.js';
import { registerSigningKey } from '../../db/sites/signingKeyStore.js';
import { compareVersions, productByCode } from '../../domain/catalog/index.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { parseMeteredKey, requireKeyInForce } from '../../domain/key.js';
import { MAY_DEPLOY } from '../../domain/site.js';
import { signingKeyId, type Activation } from '../../sites/index.js';
import type { ApiDeps } from '../deps.js';
import type { Claims } from './refusals.js';

export interface Activated {
  siteId: string;
  mspId: string;
  signingKeyId: string;
  /** Whether this made the site active. */
  first: boolean;
}

function requireProduct({ product, productVersion }: Activation, key: ShownKey): void {
  if (product !== key.product) {
    throw fieldError('VALIDATION_FAILED', '/product', `This key is for another product: ${key.product}.`);
  }
  const minimum = productByCode(key.product)?.minimumVersion;
  if (minimum !== undefined && compareVersions(productVersion, minimum) < 0) {
    throw fieldError(
      'PRODUCT_VERSION_TOO_OLD',
      '/productVersion',
      `Install version ${minimum} or later, then activate.`,
    );
  }
}

/**
 * Activates an installation with the site's metered key and registers its signing key. Doing it again gives the same
 * answer; another installation on the same key is let in and kept apart, for reconciliation to find (rule 3). Throws
 * VALIDATION_FAILED, UNKNOWN_KEY, KEY_REVOKED, KEY_DISABLED (also, rule 6, for a new installation of a blocked site),
 * PRODUCT_VERSION_TOO_OLD, and STATE_CONFLICT for a public key that was retired.
 */
export async function activateSite(
  { db }: Pick<ApiDeps, 'db'>,
  activation: Activation,
  receivedAt: Date,
  claims: Claims,
): Promise<Activated> {
  claims.claimedPeriod = activation.period ?? null;
  const keyHash = hashKey(parseMeteredKey(activation.key));
  claims.keyFingerprint = keyHash.toString('hex').slice(0, 8);
  const { installationId, productVersion } = activation;
  return db.transaction(ALL, async (trx) => {
    const key = await lockShownKey(trx, keyHash, installationId);
    if (key === undefined) throw new KontorError('UNKNOWN_KEY', 'Nobody issued this metered key.');
    claims.mspId = key.mspId;
    claims.claimedSite = key.siteId;
    requireKeyInForce(key.state);
    requireProduct(activation, key);
    if (!key.known && !MAY_DEPLOY[key.contact]) {
      throw new KontorError(
        'KEY_DISABLED',
        'This site was silent for too long: an installation it has checks in first.',
      );
    }
    const first = await activateInstallation(trx, key, { installationId, productVersion, activatedAt: receivedAt });
    const publicKey = Buffer.from(activation.signingKey.publicKey, 'base64url');
    const { mspId, siteId } = key;
    const id = signingKeyId(siteId, installationId, publicKey);
    if (!(await registerSigningKey(trx, { id, mspId, siteId, installationId, publicKey, registeredAt: receivedAt }))) {
      throw new KontorError(
        'STATE_CONFLICT',
        'That signing key was retired. Make a new key pair and activate with it.',
      );
    }
    if (!key.known) {
      await appendAudit(trx, {
        at: receivedAt,
        actor: `site:${siteId}`,
        action: first ? 'site.activated' : 'site.installationAdded',
        subject: `site:${siteId}`,
        mspId,
        after: { installationId, productVersion, signingKeyId: id },
      });
    }
    return { siteId, mspId, signingKeyId: id, first };
  });
}
