/**
 * What an MSP has open between creating sites and tenants and using them: sites whose key no installation has used, of
 * which the MSP is reminded, and tenants that become active with their sites. One workflow per MSP, however many sites.
 *
 * PostgreSQL says what is open and when the next reminder is due. The workflow looks there at its start, when it is told
 * that something changed and when a reminder falls due, sleeps in between, and ends when nothing is open; the next site or
 * tenant starts it again. A signal says only that something changed, so many of them cost one look. Reminders go into the
 * outbox, which has a schedule of its own: a slow relay holds up no tenant.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Onboarding } from '../activities/advanceOnboarding.js';
import { local, msUntil } from './policies.js';

export interface OnboardSitesInput {
  mspId: string;
}

/** A site or tenant of the MSP was made, a site was activated or retired, or a tenant got other sites. */
export const sitesChanged = defineSignal('sitesChanged');

/** It looks at least that often, in case a signal was lost. */
const LOOK_AGAIN_MS = 7 * 86_400_000;

export function mspOnboardingId(mspId: string): string {
  return `msp-onboarding:${mspId}`;
}

function details(mspId: string, { sites, tenants, nextReminderAt }: Onboarding, until: string): string {
  const reminder =
    nextReminderAt === null ? 'no further reminder is due' : `next reminder to the MSP: ${nextReminderAt}`;
  return (
    `**Sites and tenants** of MSP \`${mspId}\`\n\n` +
    `- ${sites} sites wait for an installation to activate with their key; ${reminder}. ` +
    `They are listed at \`/v1/msps/${mspId}/sites?state=created\`; one that is not needed is retired by destroying its key.\n` +
    `- ${tenants} tenants become active once they have sites and all of them are active.\n\n` +
    `Looks again when one of them changes, at the latest at ${until}.`
  );
}

export async function onboardSites({ mspId }: OnboardSitesInput): Promise<void> {
  let told = 0;
  setHandler(sitesChanged, () => {
    told += 1;
  });
  for (;;) {
    const heard = told;
    const now = Date.now();
    const open = await local.advanceOnboarding.executeWithOptions({ summary: 'what is open, and what is due' }, [
      { mspId, at: new Date(now).toISOString() },
    ]);
    if (told > heard) continue;
    if (open.sites === 0 && open.tenants === 0) {
      setCurrentDetails(`**Sites and tenants** of MSP \`${mspId}\`\n\nNothing is open.`);
      return;
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof onboardSites>({ mspId });
    const look = new Date(now + LOOK_AGAIN_MS).toISOString();
    const until = open.nextReminderAt !== null && open.nextReminderAt < look ? open.nextReminderAt : look;
    setCurrentDetails(details(mspId, open, until));
    await condition(() => told > heard, Math.max(1, msUntil(until, Date.now())), {
      summary: `a change, until ${until}`,
    });
  }
}
