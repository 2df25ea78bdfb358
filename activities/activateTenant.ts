import { appendAudit } from '../db/access/auditStore.js';
import { ALL } from '../db/connect.js';
import { activateTenant as activate, type TenantState } from '../db/parties/tenantStore.js';
import type { ActivityDeps } from './deps.js';

export interface ActivateTenantInput {
  mspId: string;
  tenantId: string;
  /** ISO instant. */
  at: string;
}

export interface ActivateTenantResult {
  /** `gone`: the request that would have made the tenant was never completed. */
  state: TenantState | 'gone';
  sites: number;
  waitingFor: number;
}

/**
 * Makes a tenant active once all its sites are, and says what it waits for otherwise. Doing it twice is safe: only a
 * tenant in onboarding moves, and only then there is an audit event.
 */
export const activateTenant =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, tenantId, at }: ActivateTenantInput): Promise<ActivateTenantResult> =>
    deps.db.transaction(ALL, async (trx) => {
      const tenant = await activate(trx, mspId, tenantId);
      if (tenant === undefined) return { state: 'gone', sites: 0, waitingFor: 0 };
      const { state, sites, waitingFor } = tenant;
      if (tenant.moved) {
        await appendAudit(trx, {
          at: new Date(at),
          actor: 'kontor',
          action: 'tenant.activated',
          subject: `tenant:${tenantId}`,
          mspId,
          before: { state: 'onboarding' },
          after: { state },
        });
      }
      return { state, sites, waitingFor };
    });
