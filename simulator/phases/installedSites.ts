import { z } from 'zod';
import { canonicalName } from '../../domain/name.js';
import { UnexpectedAnswer } from '../apiClient.js';
import { inParallel } from '../../domain/inParallel.js';
import { WIDTH, type Simulation } from '../simulation.js';
import type { WorldMsp, WorldSite } from '../world/index.js';

const SITE = z.object({ siteId: z.uuid(), name: z.string() });

/** A site of the world with its id in Kontor. */
export interface InstalledSite {
  msp: WorldMsp;
  site: WorldSite;
  siteId: string;
}

/** Every site of the world, looked up by the name its MSP gave it: nothing is kept between phases. */
export async function installedSites({ world, client, token }: Simulation): Promise<InstalledSite[]> {
  const ids = new Map<WorldMsp, Map<string, string>>();
  await inParallel(world.msps, WIDTH, async (msp) => {
    const path = `/v1/msps/${msp.mspId}/sites`;
    const found = await client.list(path, token, SITE);
    ids.set(msp, new Map(found.map(({ siteId, name }) => [name, siteId])));
  });
  return world.msps.flatMap((msp) =>
    msp.sites.map((site) => {
      const siteId = ids.get(msp)?.get(canonicalName(site.name));
      if (siteId === undefined) throw new UnexpectedAnswer(`The site "${site.name}" of ${msp.mspId}`, 404, null);
      return { msp, site, siteId };
    }),
  );
}
