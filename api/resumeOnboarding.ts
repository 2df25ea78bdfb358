import { ALL } from '../db/connect.js';
import { mspsWithOpenOnboarding } from '../db/sites/onboarding.js';
import type { ApiDeps } from './deps.js';

/**
 * Tells the workflows of all MSPs with open sites or tenants, at the start of the API: a process that was killed may have
 * committed a change and not told it, and Temporal's data may have been lost. Telling twice is harmless.
 */
export async function resumeOnboarding({
  db,
  onboarding,
  log,
}: Pick<ApiDeps, 'db' | 'onboarding' | 'log'>): Promise<void> {
  try {
    for (const mspId of await db.transaction(ALL, mspsWithOpenOnboarding)) onboarding.changed(mspId);
  } catch (err) {
    log.warn({ err }, 'open onboardings were not looked up; each is told with its next change');
  }
}
