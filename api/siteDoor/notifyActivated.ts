import { WorkflowNotFoundError } from '@temporalio/common';
import { activated, siteProvisioningId } from '../../workflows/provisionSite.js';
import type { ApiDeps } from '../deps.js';

/**
 * Tells the site's `provisionSite` that it is active. Not waited for: the activation is in the database, which the
 * workflow asks again before each reminder; a site that was provisioned long ago has no such workflow any more.
 */
export function notifyActivated({ temporal, log }: Pick<ApiDeps, 'temporal' | 'log'>, siteId: string): void {
  temporal.workflow
    .getHandle(siteProvisioningId(siteId))
    .signal(activated)
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return;
      log.warn({ err: error, siteId }, 'the provisioning workflow was not told of the activation');
    });
}
