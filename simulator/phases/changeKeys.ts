import { z } from 'zod';
import { checkInMessage, sendCheckIns } from '../reporting.js';
import type { Simulation } from '../simulation.js';
import { speakerOf } from '../siteSpeaker.js';
import type { Tally } from '../tally.js';
import { revokedAt } from '../world/index.js';
import { activate } from './installSites.js';
import type { InstalledSite } from './installedSites.js';

const KEYS = z.object({ items: z.array(z.object({ keyId: z.uuid(), state: z.string() })) });
const SHOWN = z.object({ key: z.string() });
const ANY = z.unknown();

/**
 * New hardware takes over from the old at once, with a new key, and checks in.
 * The month is told by the hardware that used it: in it nothing was replaced yet.
 */
export async function replaceServers(
  simulation: Simulation,
  sites: readonly InstalledSite[],
  tally: Tally,
): Promise<void> {
  const { client, token, clock } = simulation;
  for (const { msp, site, siteId } of sites) {
    if (site.replacement === null) continue;
    const path = `/v1/msps/${msp.mspId}/sites/${siteId}/keys/rotate`;
    const { key } = await client.call({ method: 'POST', path, token }, SHOWN);
    await activate(simulation, key, site, site.replacement, site.installations[0]);
    const counts = site.lines.map(({ tenantRef: tenant, meter, current: count }) => ({ tenant, meter, count }));
    const message = checkInMessage(simulation, site, [{ observedAt: clock.now(), counts }]);
    await sendCheckIns(simulation, speakerOf(siteId, site.replacement), message, tally);
  }
}

/** What happens to keys during the period: one is revoked in mid-month, one gets onto a second installation. */
export async function changeKeys(simulation: Simulation, sites: readonly InstalledSite[]): Promise<void> {
  const { world, client, token } = simulation;
  for (const { msp, site, siteId } of sites) {
    const path = `/v1/msps/${msp.mspId}/sites/${siteId}/keys`;
    if (site.role === 'revoked') {
      const { items } = await client.call({ method: 'GET', path, token }, KEYS);
      const live = items.find(({ state }) => state === 'active');
      if (live === undefined) continue;
      const body = { reason: 'Reported stolen', effectiveAt: revokedAt(world, msp).toISOString() };
      await client.call({ method: 'POST', path: `${path}/${live.keyId}/revoke`, token, body }, ANY);
    }
    const [, second] = site.installations;
    if (second !== undefined) {
      // The first key was shown once and is not known any more: a new one is what two installations share.
      const { key } = await client.call({ method: 'POST', path: `${path}/rotate`, token }, SHOWN);
      await activate(simulation, key, site, second);
    }
  }
}
