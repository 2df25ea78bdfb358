import { ALL } from '../db/connect.js';
import { findSiteState } from '../db/siteStore.js';
import { onboardingTenantsOf } from '../db/tenantStore.js';
import type { SiteState } from '../domain/site.js';
import type { ActivityDeps } from './deps.js';

export interface Provisioning {
  /** `gone`: the request that would have made the site was never completed. */
  state: SiteState | 'gone';
  /** Tenants that wait for their sites and are served by this one; empty while it is not active itself. */
  onboardingTenantIds: string[];
}

/** How far a site's provisioning is. It only reads, so doing it twice is safe. */
export const loadProvisioning =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, siteId }: { mspId: string; siteId: string }): Promise<Provisioning> =>
    deps.db.transaction(ALL, async (trx) => {
      const state = await findSiteState(trx, mspId, siteId);
      const settled = state !== undefined && state !== 'created';
      return {
        state: state ?? 'gone',
        onboardingTenantIds: settled ? await onboardingTenantsOf(trx, mspId, siteId) : [],
      };
    });
