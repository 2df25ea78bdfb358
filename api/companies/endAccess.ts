import { appendAudit } from '../../db/access/auditStore.js';
import { endIdentityProvidersOf } from '../../db/access/identityProviderStore.js';
import { endMemberships } from '../../db/access/mergeMemberships.js';
import type { Trx } from '../../db/connect.js';
import { withdrawUnconfirmed } from '../../db/parties/contactStore.js';
import { expireSignUps } from '../../db/programmes/expireSignUps.js';
import type { StateChange } from './changeState.js';

/**
 * Ends what lets anybody act or apply for a company that ends: memberships, service accounts, invitations, identity
 * providers, and addresses and sign-ups that nobody has confirmed.
 */
export async function endAccess(trx: Trx, { companyId, reason, at, actor }: StateChange): Promise<void> {
  await endMemberships(trx, companyId, at);
  for (const id of await endIdentityProvidersOf(trx, companyId, at)) {
    const subject = `identityProvider:${id}`;
    appendAudit(trx, { at, actor, action: 'identityProvider.ended', subject, reason });
  }
  await withdrawUnconfirmed(trx, companyId, at);
  await expireSignUps(trx, { companyId }, { at, actor, reason, decidedBy: actor });
}
