import { ALL } from '../db/connect.js';
import { onboardingTenantsOf } from '../db/parties/tenantStore.js';
import { onboardingStart, sitesChanged } from '../workflows/onboardTenant.js';
import { activated, provisioningStart } from '../workflows/provisionSite.js';
import type { ApiDeps } from './deps.js';
import { wake } from './startWorkflow.js';

type Told = Pick<ApiDeps, 'db' | 'temporal' | 'taskQueue' | 'log'>;

/** Tells the onboarding of these tenants that their sites changed. Not waited for. */
export function tellTenants(deps: Told, mspId: string, tenantIds: readonly string[]): void {
  for (const tenantId of tenantIds) wake(deps, onboardingStart({ mspId, tenantId }), sitesChanged);
}

/**
 * Tells whoever waits for a site that it became active or was retired: its provisioning, and its tenants' onboarding.
 * Call it after the commit. Not waited for: they look at the database by themselves later.
 */
export function siteChanged(deps: Told, mspId: string, siteId: string): void {
  wake(deps, provisioningStart({ mspId, siteId, remindAt: [] }), activated);
  deps.db
    .transaction(ALL, (trx) => onboardingTenantsOf(trx, mspId, siteId))
    .then((tenantIds) => {
      tellTenants(deps, mspId, tenantIds);
    })
    .catch((error: unknown) => {
      deps.log.warn({ err: error, siteId }, 'the tenants of a site were not told of its change; they look later');
    });
}
