import { z } from 'zod';
import { inParallel } from '../../domain/inParallel.js';
import { periodOf, WIDTH, type Simulation } from '../simulation.js';
import { publicKeyOf } from '../siteSpeaker.js';
import type { WorldInstallation, WorldMsp, WorldSite } from '../world/index.js';
import type { MspTokens } from './mspTokens.js';
import { orderLicence } from './orderLicence.js';

const MADE_SITES = z.object({ items: z.array(z.object({ siteId: z.uuid(), key: z.string() })) });
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

/** As many at once as the API takes. */
const AT_ONCE = 200;

function inPortions<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / AT_ONCE);
  return Array.from({ length: count }, (_, n) => items.slice(n * AT_ONCE, (n + 1) * AT_ONCE));
}

/** A site with the id and the key that its MSP was shown. */
interface AddedSite {
  msp: WorldMsp;
  site: WorldSite;
  siteId: string;
  key: string;
}

async function addSites({ world, client }: Simulation, token: string, msp: WorldMsp): Promise<AddedSite[]> {
  const added: AddedSite[] = [];
  for (const portion of inPortions(msp.sites)) {
    const sites = portion.map(({ name, product, programme, tenantRefs, assignments }) => {
      const joins = msp.participations.find((part) => part.programme === programme)?.joins ?? 'previous';
      return { programme, fromPeriod: periodOf(world, joins), name, product, tenantRefs, assignments };
    });
    const path = `/v1/msps/${msp.mspId}/sites/import`;
    const { items } = await client.call({ method: 'POST', path, token, body: { sites } }, MADE_SITES);
    portion.forEach((site, index) => {
      const made = items[index];
      if (made !== undefined) added.push({ msp, site, ...made });
    });
  }
  return added;
}

async function install(simulation: Simulation, token: string, { msp, site, siteId, key }: AddedSite): Promise<void> {
  const { assignments, licenceCount } = site;
  await activate(simulation, key, site, site.installations[0]);
  const [line] = site.lines;
  if (licenceCount === null || line === undefined) return;
  await orderLicence(simulation, token, msp, {
    siteId,
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

/** Each MSP adds lists of its tenants and sites; each site is activated with the key its MSP was shown. */
export async function installSites(simulation: Simulation, tokenOf: MspTokens): Promise<Installed> {
  const { world, client, progress } = simulation;
  const tenants = world.msps.reduce((sum, msp) => sum + msp.tenants.length, 0);
  const sites = world.msps.reduce((sum, msp) => sum + msp.sites.length, 0);
  const tenantBar = progress.start('tenants', tenants);
  await inParallel(world.msps, WIDTH, async (msp) => {
    for (const portion of inPortions(msp.tenants)) {
      const path = `/v1/msps/${msp.mspId}/tenants/import`;
      await client.call({ method: 'POST', path, token: tokenOf(msp), body: { tenants: portion } }, ANY);
      for (let n = 0; n < portion.length; n += 1) tenantBar.step();
    }
  });
  const siteBar = progress.start('sites', sites);
  const added = new Map<WorldMsp, AddedSite[]>();
  await inParallel(world.msps, WIDTH, async (msp) => {
    added.set(msp, await addSites(simulation, tokenOf(msp), msp));
  });
  const toInstall = world.msps.flatMap((msp) => added.get(msp) ?? []);
  await inParallel(toInstall, WIDTH, async (site) => {
    await install(simulation, tokenOf(site.msp), site);
    siteBar.step();
  });
  return { tenants, sites };
}
