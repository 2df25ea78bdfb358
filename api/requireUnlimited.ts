import { findMembership } from '../db/access/membershipStore.js';
import type { Trx } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';
import { senderOf, type Principal } from './principal.js';

/**
 * What is of a company as a whole, such as its address, its contacts and its levels, is not for those whose membership is limited to
 * some of its tenants (FORBIDDEN).
 */
export async function requireUnlimited(trx: Trx, principal: Principal): Promise<void> {
  const own = await findMembership(trx, senderOf(principal).membershipId);
  if (own?.tenantIds === null) return;
  throw new KontorError(
    'FORBIDDEN',
    'Your access is limited to named tenants: ask who administers all of the company.',
  );
}
