import { createHash, randomUUID } from 'node:crypto';
import { secretHash } from '../../db/access/secret.js';
import { ALL, type Database, type Trx } from '../../db/connect.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { firstUnopenedIfOpened } from '../../db/programmes/periods.js';
import { requireTakesPart } from '../../db/programmes/requireTakesPart.js';
import { subscriptionIn } from '../../db/programmes/subscriptionStore.js';
import {
  findEnrolment,
  insertEnrolment,
  lockEnrolmentToken,
  type EnrolmentToken,
} from '../../db/sites/enrolmentStore.js';
import { insertKey, listKeys } from '../../db/sites/meteredKeyStore.js';
import { lockKeyState } from '../../db/sites/shownKey.js';
import { lockSite, type Site } from '../../db/sites/siteStore.js';
import { withRetries } from '../../db/withRetries.js';
import { enrolmentState, type EnrolmentState } from '../../domain/enrolment.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { requireKeyInForce } from '../../domain/key.js';
import { periodOf } from '../../domain/period.js';
import type { Enrolment } from '../../sites/index.js';
import { newKey } from '../newKey.js';
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
  await requireTakesPart(trx, programme, mspId);
  await requireProductEnabled(trx, { mspId, programme, product });
  if (tenantId === null) return;
  const running = periodOf(at, 'UTC');
  const periods = [running, (await firstUnopenedIfOpened(trx, programme)) ?? running];
  for (const period of periods) {
    if ((await subscriptionIn(trx, { mspId, programme, tenantId, product }, period)) !== undefined) return;
  }
  throw fieldError(
    'STATE_CONFLICT',
    '/product',
    `The subscription of this tenant to ${product} has ended: ask the MSP.`,
  );
}

/**
 * The key that an enrolled site is under, of the site, which is locked: its metered one, else a new one that nobody is shown, so
 * that it is disabled, revoked and destroyed as any other. Throws KEY_REVOKED where the site had one that has ended.
 */
async function keyOfSite(trx: Trx, { mspId, id: siteId }: Site, at: Date): Promise<string> {
  const metered = (await listKeys(trx, { mspId, siteId })).filter(({ kind }) => kind === 'metered');
  const live = metered.find(({ state }) => state !== 'revoked' && state !== 'destroyed');
  const [newest] = metered;
  const shown = live ?? newest;
  if (shown !== undefined) {
    requireKeyInForce((await lockKeyState(trx, { mspId, keyId: shown.id })) ?? shown.state);
    return shown.id;
  }
  const keyId = randomUUID();
  const { keyHash } = newKey();
  await insertKey(trx, { mspId, siteId }, { keyId, kind: 'metered', keyHash, state: 'issued', at });
  return keyId;
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
    const keyId = await keyOfSite(trx, site, receivedAt);
    const activated = await install(trx, asked, { site, keyId, enrolledBy: 'token', at: receivedAt });
    if (before === undefined) await insertEnrolment(trx, { ...use, siteId: site.id, askedHash, at: receivedAt });
    return activated;
  };
  return withRetries(() => db.transaction(ALL, enrol));
}
