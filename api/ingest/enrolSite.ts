import { createHash, randomUUID } from 'node:crypto';
import { secretHash } from '../../db/access/secret.js';
import { ALL, type Database, type Trx } from '../../db/connect.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { firstUnopenedIfOpened } from '../../db/programmes/periods.js';
import { holdParticipation } from '../../db/programmes/participationStore.js';
import { requireTakesPart } from '../../db/programmes/requireTakesPart.js';
import { subscriptionIn } from '../../db/programmes/subscriptionStore.js';
import {
  findEnrolment,
  insertEnrolment,
  lockEnrolmentToken,
  type EnrolmentToken,
} from '../../db/sites/enrolmentStore.js';
import { findInstallation } from '../../db/sites/installationStore.js';
import { insertKey, listKeys, type KeyOwner, type MeteredKey } from '../../db/sites/meteredKeyStore.js';
import { lockKeyState } from '../../db/sites/shownKey.js';
import { lockSite, type Site } from '../../db/sites/siteStore.js';
import { withRetries } from '../../db/withRetries.js';
import { enrolmentState, type EnrolmentState } from '../../domain/enrolment.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { requireKeyInForce } from '../../domain/key.js';
import type { Enrolment } from '../../sites/index.js';
import { newKey } from '../newKey.js';
import { runningPeriod } from '../runningPeriod.js';
import { install, type Activated } from './install.js';
import { requireSaidMetered } from './licensedOtherwise.js';
import type { Claims } from './refusals.js';
import { siteByName } from './siteOfActivation.js';

const WHY: Record<Exclude<EnrolmentState, 'open'>, string> = {
  used: 'was used already, as often as it may be',
  expired: 'has expired',
  revoked: 'was revoked',
};

/** Of all that tells one enrolment from another: the version may be newer when it is asked again. */
function askedHashOf({ installationId, product, signingKey, siteName, siteKind, replaces }: Enrolment): Buffer {
  const said = [installationId, product, signingKey.publicKey, siteName, siteKind ?? null, replaces ?? null];
  return createHash('sha256').update(JSON.stringify(said)).digest();
}

/** Throws ENROLMENT_ENDED, and STATE_CONFLICT where the MSP may not have a new site of the product now. */
async function requireOpen(trx: Trx, token: EnrolmentToken, at: Date): Promise<void> {
  const state = enrolmentState(token, at);
  if (state !== 'open') {
    throw new KontorError('ENROLMENT_ENDED', `This token ${WHY[state]}. Ask the MSP for a new one.`);
  }
  const { mspId, programme, product, tenantId } = token;
  // Until this ends nobody suspends or ends the participation: its keys would be disabled or revoked without the new one.
  await holdParticipation(trx, programme, mspId);
  await requireTakesPart(trx, programme, mspId);
  await requireProductEnabled(trx, { mspId, programme, product });
  if (tenantId === null) return;
  const running = await runningPeriod(trx, mspId, at);
  const use = { mspId, programme, tenantId, product };
  if ((await subscriptionIn(trx, use, running)) !== undefined) return;
  // Where the running month is opened already, a token has started it from the one after.
  const unopened = await firstUnopenedIfOpened(trx, programme);
  if (unopened !== null && unopened > running && (await subscriptionIn(trx, use, unopened)) !== undefined) return;
  throw fieldError(
    'STATE_CONFLICT',
    '/product',
    `The subscription of this tenant to ${product} has ended: ask the MSP.`,
  );
}

/**
 * The key that a new installation is under: the site's own metered one; where it has none, with a tenant's token, the tenant's, so
 * that it ends with the tenant's subscription. Where there is none either, a new one that nobody is shown: it is disabled,
 * revoked and destroyed as any other. The site is locked. Throws KEY_REVOKED where the site had one that has ended.
 */
async function keyFor(trx: Trx, token: EnrolmentToken, { mspId, id: siteId }: Site, at: Date): Promise<string> {
  const { tenantId, programme, product } = token;
  const ofSite = await meteredKeys(trx, { mspId, siteId });
  const [newest] = ofSite;
  const own = ofSite.find(isLive) ?? newest;
  if (own !== undefined) return inForce(trx, mspId, own);
  const keyId = randomUUID();
  const { keyHash } = newKey();
  if (tenantId === null) {
    await insertKey(trx, { mspId, siteId }, { keyId, kind: 'metered', keyHash, state: 'issued', at });
    return keyId;
  }
  const live = (await meteredKeys(trx, { mspId, tenantId })).find((key) => key.product === product && isLive(key));
  if (live !== undefined) return inForce(trx, mspId, live);
  await insertKey(
    trx,
    { mspId, tenantId },
    { keyId, kind: 'metered', keyHash, state: 'issued', at, programme, product },
  );
  return keyId;
}

async function meteredKeys(trx: Trx, owner: KeyOwner): Promise<MeteredKey[]> {
  return (await listKeys(trx, owner)).filter(({ kind }) => kind === 'metered');
}

const isLive = ({ state }: MeteredKey) => state !== 'revoked' && state !== 'destroyed';

/** Throws what `requireKeyInForce` throws. */
async function inForce(trx: Trx, mspId: string, { id: keyId, state }: Pick<MeteredKey, 'id' | 'state'>) {
  requireKeyInForce((await lockKeyState(trx, { mspId, keyId })) ?? state);
  return keyId;
}

/** The key that an installation is under which has enrolled before: a repeat brings back none that has ended. */
async function keyOfInstallation(trx: Trx, site: { mspId: string; siteId: string }, installationId: string) {
  const found = await findInstallation(trx, site, installationId);
  if (found === undefined) throw new KontorError('INTERNAL', 'An enrolment without its installation.');
  return inForce(trx, site.mspId, { id: found.meteredKeyId, state: 'revoked' });
}

/** A token lets new installations in, and moves none that is there under other keys. Throws STATE_CONFLICT. */
async function requireNew(trx: Trx, site: { mspId: string; siteId: string }, installationId: string): Promise<void> {
  if ((await findInstallation(trx, site, installationId)) === undefined) return;
  throw fieldError(
    'STATE_CONFLICT',
    '/installationId',
    'This installation is at the site already: activate with its key, or as a new installation that replaces it.',
  );
}

/**
 * Makes an installation active without a key: by the MSP's account and a token that was made for it, which this uses up by one.
 * The same asked again by the same installation gives the same answer and uses nothing, also once the token has ended. The token
 * is locked before the site, so of two who use the last of it one is refused. Throws ENROLMENT_REFUSED where account and token do
 * not belong together, whichever is wrong, ENROLMENT_ENDED, ID_REUSED_WITH_OTHER_CONTENT where the installation enrolled with
 * this token as something else, LICENSED_OTHERWISE, STATE_CONFLICT, and what `siteByName`, `requireKeyInForce` and `install` throw.
 */
export async function enrolSite(db: Database, asked: Enrolment, receivedAt: Date, claims: Claims): Promise<Activated> {
  claims.claimedPeriod = asked.period ?? null;
  const tokenHash = secretHash(asked.token);
  claims.keyFingerprint = tokenHash.toString('hex').slice(0, 8);
  const askedHash = askedHashOf(asked);
  const enrol = async (trx: Trx): Promise<Activated> => {
    const token = await lockEnrolmentToken(trx, { mspId: asked.account, tokenHash });
    if (token === undefined) {
      throw new KontorError('ENROLMENT_REFUSED', 'No such account and token belong together. Ask the MSP for both.');
    }
    const { mspId, id: tokenId, tenantId, programme, product } = token;
    claims.mspId = mspId;
    requireSaidMetered(asked);
    const use = { mspId, tokenId, installationId: asked.installationId };
    const before = await findEnrolment(trx, use);
    if (before !== undefined && !before.askedHash.equals(askedHash)) {
      throw new KontorError(
        'ID_REUSED_WITH_OTHER_CONTENT',
        'This installation enrolled with this token already, as another site or with another signing key.',
      );
    }
    if (before === undefined) await requireOpen(trx, token, receivedAt);
    const grant = { mspId, tenantId, programme, product, what: 'token', by: { enrolmentTokenId: tokenId } } as const;
    const site =
      before === undefined
        ? await siteByName(trx, grant, { name: asked.siteName, kind: asked.siteKind }, receivedAt)
        : await lockSite(trx, mspId, before.siteId);
    if (site === undefined) throw new KontorError('INTERNAL', 'An enrolment without its site.');
    claims.claimedSite = site.id;
    const ofSite = { mspId, siteId: site.id };
    if (before === undefined) await requireNew(trx, ofSite, asked.installationId);
    const keyId =
      before === undefined
        ? await keyFor(trx, token, site, receivedAt)
        : await keyOfInstallation(trx, ofSite, asked.installationId);
    const activated = await install(trx, asked, { site, keyId, enrolledBy: 'token', at: receivedAt });
    if (before === undefined) await insertEnrolment(trx, { ...use, siteId: site.id, askedHash, at: receivedAt });
    return activated;
  };
  return withRetries(() => db.transaction(ALL, enrol));
}
