import { activated, provisionSite, siteProvisioningId } from '../workflows/provisionSite.js';
import { MSP_ID, stage } from '../workflows/searchAttributes.js';
import { start, type Starter } from './starter.js';
import { wake, type Teller } from './wake.js';

export interface SiteToProvision {
  mspId: string;
  siteId: string;
  /** Instants at which the MSP is reminded, in order. */
  remindAt: readonly Date[];
}

/** A second start joins the first. */
function provisioning({ mspId, siteId, remindAt }: SiteToProvision) {
  const reminders = remindAt.map((instant) => instant.toISOString());
  return {
    workflowType: provisionSite.name,
    workflowId: siteProvisioningId(siteId),
    args: [{ mspId, siteId, remindAt: reminders }],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
    typedSearchAttributes: [{ key: MSP_ID, value: mspId }, stage('awaiting activation')],
    staticSummary: `Provisioning of site ${siteId}`,
    staticDetails:
      "Waits until an installation activates with the site's key. Sleeps until then or until the first reminder; " +
      `reminders to the MSP: ${reminders.join(', ') || 'none'}.`,
  };
}

/** Makes sure a new site is waited for. Its first task is not handed out before the first reminder is due after `from`. */
export async function startProvisioning(starter: Starter, site: SiteToProvision, from: Date): Promise<void> {
  const sleepMs = (site.remindAt[0]?.getTime() ?? 0) - from.getTime();
  await start(starter, { ...provisioning(site), ...(sleepMs > 0 ? { startDelay: sleepMs } : {}) });
}

/** Tells a site's provisioning that it became active or was retired. Not waited for. */
export function tellProvisioning(teller: Teller, mspId: string, siteId: string): void {
  wake(teller, provisioning({ mspId, siteId, remindAt: [] }), activated);
}
