import { z } from 'zod';
import { inParallel } from '../inParallel.js';
import { periodOf, WIDTH, type Simulation } from '../simulation.js';
import { publicKeyOf } from '../siteSpeaker.js';
import type { WorldInstallation, WorldMsp, WorldSite } from '../world/index.js';
import type { MspTokens } from './mspTokens.js';
import { orderLicence } from './orderLicence.js';

const MADE_SITE = z.object({ siteId: z.uuid(), key: z.string() });
const ACTIVATED = z.object({ signingKeyId: z.string() });
const ANY = z.unknown();

/** Activates an installation with a metered key, in place of another where one is named. */
export async function activate(
  { client }: Simulation,
  key: string,
  { product, productVersion }: WorldSite,
  installation: WorldInstallation,
  replaces?: WorldInstallation,
): Promise<void> {
  const body = {
    key,
    installationId: installation.id,
    product,
    productVersion,
    signingKey: { publicKey: publicKeyOf(installation).toString('base64url') },
    ...(replaces === undefined ? {} : { replaces: replaces.id }),
  };
  await client.call({ method: 'POST', path: '/v1/site/activations', body }, ACTIVATED);
}

async function install(simulation: Simulation, token: string, msp: WorldMsp, site: WorldSite): Promise<void> {
  const { world, client } = simulation;
  const base = `/v1/msps/${msp.mspId}`;
  const { name, product, programme, tenantRefs, assignments, licenceCount } = site;
  const joins = msp.participations.find((part) => part.programme === programme)?.joins ?? 'previous';
  const body = { programme, fromPeriod: periodOf(world, joins), name, product, tenantRefs };
  const made = await client.call({ method: 'POST', path: `${base}/sites`, token, body }, MADE_SITE);
  if (assignments.length > 0) {
    const path = `${base}/sites/${made.siteId}/tenants`;
    await client.call({ method: 'PUT', path, token, body: { tenantRefs, assignments } }, ANY);
  }
  await activate(simulation, made.key, site, site.installations[0]);
  const [line] = site.lines;
  if (licenceCount === null || line === undefined) return;
  await orderLicence(simulation, token, msp, {
    siteId: made.siteId,
    tenantRef: assignments.find(({ reference }) => reference === line.tenantRef)?.tenantRef ?? line.tenantRef,
    meter: line.meter,
    count: licenceCount,
    years: 2,
  });
}

export interface Installed {
  tenants: number;
  sites: number;
}

/** Each MSP adds its tenants and sites; each site is activated with the key its MSP was shown. */
export async function installSites(simulation: Simulation, tokenOf: MspTokens): Promise<Installed> {
  const { world, client, progress } = simulation;
  const tenants = world.msps.flatMap((msp) => msp.tenants.map((tenant) => ({ msp, tenant })));
  const sites = world.msps.flatMap((msp) => msp.sites.map((site) => ({ msp, site })));
  const tenantBar = progress.start('tenants', tenants.length);
  await inParallel(world.msps, WIDTH, async (msp) => {
    const token = tokenOf(msp);
    for (const body of msp.tenants) {
      await client.call({ method: 'POST', path: `/v1/msps/${msp.mspId}/tenants`, token, body }, ANY);
      tenantBar.step();
    }
  });
  const siteBar = progress.start('sites', sites.length);
  await inParallel(sites, WIDTH, async ({ msp, site }) => {
    await install(simulation, tokenOf(msp), msp, site);
    siteBar.step();
  });
  return { tenants: tenants.length, sites: sites.length };
}
