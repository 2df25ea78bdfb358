import { findLevel } from '../db/access/levelStore.js';
import { findMembership, type Membership } from '../db/access/membershipStore.js';
import type { Sender } from '../db/access/senderStore.js';
import type { Trx } from '../db/connect.js';
import { unknownTenants } from '../db/parties/tenantStore.js';
import type { Action } from '../domain/access/actions.js';
import { covers, type Holding } from '../domain/access/grant.js';
import { actionsOf, type SystemLevel } from '../domain/access/levels.js';
import { fieldError, KontorError } from '../domain/errors.js';

type Given = Pick<Membership, 'companyId' | 'systemLevel' | 'accessLevelId' | 'tenantIds' | 'withBelow'>;

/** What the sender has to give: what she may do here and now, as far as her own membership goes. */
async function holdingOf(trx: Trx, sender: Sender): Promise<Holding> {
  const own = await findMembership(trx, sender.membershipId);
  if (own === undefined) throw new KontorError('UNAUTHENTICATED', 'Your access has ended.');
  const { tenantIds, withBelow } = own;
  return { actions: sender.actions, tenantIds, withBelow, tenants: sender.tenants };
}

/** The sender's scope, for lists; null: it is not limited. */
export async function scopeWithin(trx: Trx, sender: Sender): Promise<readonly string[] | null> {
  const { tenantIds, tenants } = await holdingOf(trx, sender);
  return tenantIds === null ? null : (tenants ?? []);
}

async function actionsGiven(trx: Trx, given: Given): Promise<readonly Action[]> {
  if (given.systemLevel !== null) return actionsOf(given.systemLevel);
  const level = given.accessLevelId === null ? undefined : await findLevel(trx, given.accessLevelId, 'for share');
  if (level?.companyId !== given.companyId) {
    throw fieldError('VALIDATION_FAILED', '/accessLevelId', 'The company has no such level.');
  }
  return level.actions;
}

/** Nobody gives more than they have, nor to tenants that the company does not have. */
export async function requireGrantable(trx: Trx, sender: Sender, given: Given): Promise<void> {
  const { companyId, tenantIds, withBelow, accessLevelId } = given;
  const [unknown] = await unknownTenants(trx, companyId, tenantIds ?? []);
  if (unknown !== undefined) {
    const field = `/tenantIds/${tenantIds?.indexOf(unknown) ?? 0}`;
    throw fieldError('VALIDATION_FAILED', field, 'The company has no such tenant.');
  }
  const grant = { actions: await actionsGiven(trx, given), tenantIds, withBelow };
  switch (covers(await holdingOf(trx, sender), grant)) {
    case 'level':
      throw fieldError(
        'FORBIDDEN',
        accessLevelId === null ? '/level' : '/accessLevelId',
        'Nobody gives a level above their own.',
      );
    case 'scope':
      throw fieldError('FORBIDDEN', '/tenantIds', 'Nobody gives access beyond their own.');
    case 'yes':
  }
}

/** Who has more than the sender is not hers to change (FORBIDDEN). */
export async function requireCovered(trx: Trx, sender: Sender, of: Given): Promise<void> {
  const actions = await actionsGiven(trx, of);
  if (covers(await holdingOf(trx, sender), { actions, tenantIds: of.tenantIds, withBelow: of.withBelow }) === 'yes')
    return;
  throw new KontorError('FORBIDDEN', 'This access goes beyond yours: ask an administrator who has it as well.');
}

/** The level of a request: a system level, or one of the company's own. */
export function levelGiven({
  level,
  accessLevelId,
}: {
  level?: SystemLevel | undefined;
  accessLevelId?: string | undefined;
}) {
  return { systemLevel: level ?? null, accessLevelId: accessLevelId ?? null };
}
