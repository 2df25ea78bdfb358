import { ALL } from '../db/connect.js';
import { findSiteState } from '../db/sites/siteStore.js';
import type { SiteState } from '../domain/site.js';
import type { ActivityDeps } from './deps.js';

/** How far a site's provisioning is; `gone`: the request that would have made it was never completed. Only reads. */
export const loadProvisioning =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, siteId }: { mspId: string; siteId: string }): Promise<{ state: SiteState | 'gone' }> => ({
    state: (await deps.db.transaction(ALL, (trx) => findSiteState(trx, mspId, siteId))) ?? 'gone',
  });
