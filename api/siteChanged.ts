import { ALL } from '../db/connect.js';
import { onboardingTenantsOf } from '../db/parties/tenantStore.js';
import { tellTenants } from '../starts/onboardTenant.js';
import { tellProvisioning } from '../starts/provisionSite.js';
import type { ApiDeps } from './deps.js';

/**
 * Tells whoever waits for a site that it became active or was retired: its provisioning, and its tenants' onboarding.
 * Call it after the commit. Not waited for: they look at the database by themselves later.
 */
export function siteChanged(deps: ApiDeps, mspId: string, siteId: string): void {
  tellProvisioning(deps, mspId, siteId);
  deps.db
    .transaction(ALL, (trx) => onboardingTenantsOf(trx, mspId, siteId))
    .then((tenantIds) => {
      tellTenants(deps, mspId, tenantIds);
    })
    .catch((error: unknown) => {
      deps.log.warn({ err: error, siteId }, 'the tenants of a site were not told of its change; they look later');
    });
}
