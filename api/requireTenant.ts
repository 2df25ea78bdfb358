import type { Trx } from '../db/connect.js';
import { findTenant, type Tenant } from '../db/parties/tenantStore.js';
import { KontorError } from '../domain/errors.js';

/** NOT_FOUND where the MSP has none of that id, or the sender does not see it. */
export async function requireTenant(trx: Trx, mspId: string, tenantId: string): Promise<Tenant> {
  const tenant = await findTenant(trx, mspId, tenantId);
  if (tenant === undefined) throw new KontorError('NOT_FOUND', 'This MSP has no such tenant.');
  return tenant;
}
