import type { Sender } from '../db/access/senderStore.js';
import { ALL, type Scope } from '../db/connect.js';
import { APPLICANT, type Actor } from '../domain/access/actor.js';
import type { Rights } from '../domain/access/may.js';
import { KontorError } from '../domain/errors.js';

/** Who sent a request: somebody known, or the public. */
export type Principal = Sender | { kind: 'public' };

/** The sender as the audit trail names it: its id, and its name of today. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'public') return APPLICANT;
  const { kind, id, name } = principal;
  return { kind, id, name };
}

/** The sender on a route that names an action. */
export function senderOf(principal: Principal): Sender {
  if (principal.kind === 'public') throw new KontorError('UNAUTHENTICATED', 'Send a valid token.');
  return principal;
}

/** Whether people and service accounts of that company are the sender's to manage, where the action allows it at all. */
export function mayManage(sender: Sender, companyId: string): boolean {
  return sender.view === 'vendor' || sender.companyId === companyId;
}

/** Whether the sender acts for the partner team. */
export function isPartnerTeam(principal: Principal): boolean {
  return principal.kind !== 'public' && principal.view === 'vendor';
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What the sender's transactions may see. The public sees nobody's rows. */
export function scopeOf(principal: Principal): Scope {
  if (principal.kind === 'public') return { kind: 'tenants', companyId: NOBODY, tenantIds: [] };
  return scopeFor(principal);
}

/** What transactions of whoever has these rights may see. */
export function scopeFor({ companyId, tenants, view }: Pick<Rights, 'companyId' | 'tenants' | 'view'>): Scope {
  if (tenants !== null) return { kind: 'tenants', companyId, tenantIds: tenants };
  switch (view) {
    case 'vendor':
      return ALL;
    case 'distributor':
      return { kind: 'distributor', distributorId: companyId };
    case 'service_provider':
      return { kind: 'msp', mspId: companyId };
    default:
      return { kind: 'tenants', companyId, tenantIds: [] };
  }
}
