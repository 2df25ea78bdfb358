/**
 * One site from its key to its first installation. The API has kept site and key, and starts this with its first task
 * delayed until the first reminder is due: of ten thousand sites, each that is activated in time costs one task. The
 * signal says that something changed; what is true is read from the site's row.
 */
import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { local, mailing, msUntil, quick } from './policies.js';

export interface ProvisionSiteInput {
  mspId: string;
  siteId: string;
  /** ISO instants at which the MSP is reminded, in order. */
  remindAt: string[];
}

/** An installation activated the site, or the site was retired. By signal-with-start, see starts/wake.ts. */
export const activated = defineSignal('activated');

/** After the last reminder, in case a signal was lost. */
const LOOK_AGAIN_MS = 30 * 86_400_000;

export function siteProvisioningId(siteId: string): string {
  return `site-provisioning:${siteId}`;
}

export async function provisionSite(input: ProvisionSiteInput): Promise<{ state: string }> {
  const { mspId, siteId } = input;
  const reminders = [...input.remindAt];
  let told = 0;
  let heard = 0;
  setHandler(activated, () => {
    told += 1;
  });
  for (;;) {
    const until = reminders[0] ?? new Date(Date.now() + LOOK_AGAIN_MS).toISOString();
    setCurrentDetails(
      `**Site** \`${siteId}\` of MSP \`${mspId}\`\n\nWaits for an installation to activate with its key; ` +
        (reminders.length > 0 ? `the MSP is reminded at ${reminders.join(', ')}.` : `looks again at ${until}.`),
    );
    const waitMs = msUntil(until, Date.now());
    if (waitMs > 0) await condition(() => told > heard, waitMs, { summary: `activation of the site, until ${until}` });
    const due = msUntil(until, Date.now()) === 0;
    heard = told;
    const site = await local.loadProvisioning.executeWithOptions({ summary: 'is the site active?' }, [
      { mspId, siteId },
    ]);
    if (site.state !== 'created') return { state: site.state };
    if (!due) continue;
    const remindAt = reminders.shift();
    // One that the next has overtaken, after a long standstill, is left out.
    const [next] = reminders;
    if (remindAt === undefined || (next !== undefined && msUntil(next, Date.now()) === 0)) continue;
    await quick.remindOfActivation.executeWithOptions({ summary: `reminder due ${remindAt}` }, [
      { mspId, siteId, at: remindAt },
    ]);
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail the reminder' }, [{}]);
  }
}
