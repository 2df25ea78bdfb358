import { MSP_ID, stage } from '../workflows/searchAttributes.js';
import {
  ONBOARDING_LOOK_MS,
  onboardTenant,
  sitesChanged,
  tenantOnboardingId,
  type OnboardTenantInput,
} from '../workflows/onboardTenant.js';
import { start, type Starter } from './starter.js';
import { wake, type Teller } from './wake.js';

/** A second start joins the first. */
function onboarding(input: OnboardTenantInput) {
  return {
    workflowType: onboardTenant.name,
    workflowId: tenantOnboardingId(input.tenantId),
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
    typedSearchAttributes: [{ key: MSP_ID, value: input.mspId }, stage('awaiting sites')],
    staticSummary: `Onboarding of tenant ${input.tenantId}`,
    staticDetails: 'Waits until the tenant has sites and all of them are active. Sleeps until one of them changes.',
  };
}

/** Makes sure a tenant's onboarding waits for its sites; its first task is not handed out before it looks by itself. */
export async function startOnboarding(starter: Starter, input: OnboardTenantInput): Promise<void> {
  await start(starter, { ...onboarding(input), startDelay: ONBOARDING_LOOK_MS });
}

/** Tells the onboarding of these tenants that their sites changed. Not waited for. */
export function tellTenants(teller: Teller, mspId: string, tenantIds: readonly string[]): void {
  for (const tenantId of tenantIds) wake(teller, onboarding({ mspId, tenantId }), sitesChanged);
}
