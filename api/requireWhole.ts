import { isWholeSite, isWholeTenant } from '../db/access/wholeScope.js';
import type { Trx } from '../db/connect.js';
import type { KeyOwner } from '../db/sites/meteredKeyStore.js';
import { licencesOf } from '../db/prices/termLicenceStore.js';
import { requireLicenceInForce } from '../domain/access/additionalKeys.js';
import { KontorError } from '../domain/errors.js';
import { dayOf } from '../domain/period.js';
import { senderOf, type Principal } from './principal.js';

/**
 * Who is limited to tenants changes keys only of what is wholly its own. Throws NOT_FOUND where the sender sees no such
 * site or tenant, FORBIDDEN where others have a part in it.
 */
export async function requireWhole(trx: Trx, principal: Principal, owner: KeyOwner): Promise<void> {
  if (senderOf(principal).tenants === null) return;
  const what = 'siteId' in owner ? 'site' : 'tenant';
  const whole = 'siteId' in owner ? await isWholeSite(trx, owner) : await isWholeTenant(trx, owner);
  if (whole === undefined) throw new KontorError('NOT_FOUND', `This MSP has no such ${what}.`);
  if (!whole) {
    throw new KontorError(
      'FORBIDDEN',
      `This ${what}'s keys are also used for tenants beyond your access: ask the MSP.`,
    );
  }
}

/** Rule 17, "with yearly licences": STATE_CONFLICT where the sender's view needs a term licence in force and has none. */
export async function requireLicence(
  trx: Trx,
  { principal, receivedAt }: { principal: Principal; receivedAt: Date },
  owner: KeyOwner,
  product: string,
): Promise<void> {
  const licences = await licencesOf(trx, owner);
  requireLicenceInForce(senderOf(principal).view, product, licences, dayOf(receivedAt, 'UTC'));
}
