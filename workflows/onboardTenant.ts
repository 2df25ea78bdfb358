/**
 * One tenant from its name to its first use: it is active once it has sites and all of them are. The API has kept the
 * tenant and starts this with its first task delayed; the signal says that one of its sites changed, the rows say what
 * is true. A tenant without sites waits.
 */
import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { local } from './policies.js';

export interface OnboardTenantInput {
  mspId: string;
  tenantId: string;
}

/** A site of the tenant became active or was retired, or the tenant was assigned to other sites. By signal-with-start. */
export const sitesChanged = defineSignal('sitesChanged');

/** It sleeps that long unless a signal comes; also in case one was lost. */
export const ONBOARDING_LOOK_MS = 7 * 86_400_000;

export function tenantOnboardingId(tenantId: string): string {
  return `tenant-onboarding:${tenantId}`;
}

export async function onboardTenant(input: OnboardTenantInput): Promise<{ state: string }> {
  const { mspId, tenantId } = input;
  let changed = false;
  setHandler(sitesChanged, () => {
    changed = true;
  });
  for (;;) {
    changed = false;
    const tenant = await local.activateTenant.executeWithOptions({ summary: 'are all its sites active?' }, [
      { mspId, tenantId, at: new Date().toISOString() },
    ]);
    if (tenant.state !== 'onboarding') return { state: tenant.state };
    const until = new Date(Date.now() + ONBOARDING_LOOK_MS).toISOString();
    setCurrentDetails(
      `**Tenant** \`${tenantId}\` of MSP \`${mspId}\`\n\n` +
        (tenant.sites === 0 ? 'Has no site yet.' : `Waits for ${tenant.waitingFor} of ${tenant.sites} sites.`) +
        ` Looks again when one changes, and at ${until}.`,
    );
    await condition(() => changed, ONBOARDING_LOOK_MS, { summary: `a change of its sites, until ${until}` });
  }
}
