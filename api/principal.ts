import { ALL, type Scope } from '../db/connect.js';

/** Who sent a request. `name` is the actor of the audit trail. */
export type Principal =
  | { role: 'partner_team'; tokenId: string; name: string }
  | { role: 'msp'; tokenId: string; name: string; mspId: string }
  | { role: 'distributor'; tokenId: string; name: string; distributorId: string }
  | { role: 'public'; name: 'public' };

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What the sender's transactions may see. The public sees nobody's rows. */
export function scopeOf(principal: Principal): Scope {
  switch (principal.role) {
    case 'partner_team':
      return ALL;
    case 'msp':
      return { kind: 'msp', mspId: principal.mspId };
    case 'distributor':
      return { kind: 'distributor', distributorId: principal.distributorId };
    case 'public':
      return { kind: 'msp', mspId: NOBODY };
  }
}
