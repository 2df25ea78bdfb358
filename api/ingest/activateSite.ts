import { ALL, type Database, type Trx } from '../../db/connect.js';
import { withRetries } from '../../db/withRetries.js';
import { hashKey } from '../../db/sites/meteredKeyStore.js';
import { findShownKey, lockKeyState } from '../../db/sites/shownKey.js';
import { KontorError } from '../../domain/errors.js';
import { parseMeteredKey, requireKeyInForce } from '../../domain/key.js';
import type { Activation } from '../../sites/index.js';
import { install, type Activated } from './install.js';
import { requireSaidMetered } from './licensedOtherwise.js';
import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Claims } from './refusals.js';
import { siteOfActivation } from './siteOfActivation.js';

/**
 * Activates an installation with a metered key and registers its signing key. The same again gives the same answer;
 * another installation on the same key is let in and kept apart, for reconciliation to find (rule 3), unless it names
 * the one it replaces (rule 6). A site is locked before its keys, as by a rotation, which waits or is waited for.
 * Throws VALIDATION_FAILED, UNKNOWN_KEY, KEY_REVOKED, KEY_DISABLED, LICENSED_OTHERWISE, and what `siteOfActivation` and `install` throw.
 */
export async function activateSite(
  db: Database,
  activation: Activation,
  receivedAt: Date,
  claims: Claims,
  /** Who carried it in a file, if anybody. */
  carriedBy: Actor | null = null,
): Promise<Activated> {
  claims.claimedPeriod = activation.period ?? null;
  const keyHash = hashKey(parseMeteredKey(activation.key));
  claims.keyFingerprint = keyHash.toString('hex').slice(0, 8);
  const activate = async (trx: Trx): Promise<Activated> => {
    const key = await findShownKey(trx, keyHash);
    if (key === undefined) throw new KontorError('UNKNOWN_KEY', 'Nobody issued this metered key.');
    claims.mspId = key.mspId;
    claims.claimedSite = key.siteId;
    requireSaidMetered(activation);
    // Whoever ends a tenant's key has no site to lock: the key comes first.
    if (key.siteId === null) await lockKeyState(trx, key);
    const site = await siteOfActivation(trx, key, activation, receivedAt);
    claims.claimedSite = site.id;
    const state = await lockKeyState(trx, key);
    if (state !== undefined) requireKeyInForce(state);
    const activated = await install(trx, activation, { site, keyId: key.keyId, enrolledBy: 'key', at: receivedAt });
    if (carriedBy !== null) {
      appendAudit(trx, {
        ...{ at: receivedAt, actor: carriedBy, mspId: key.mspId },
        ...{ action: 'activation.uploaded', subject: `site:${site.id}` },
        after: { installationId: activation.installationId, signingKeyId: activated.signingKeyId },
      });
    }
    return activated;
  };
  return withRetries(() => db.transaction(ALL, activate));
}
