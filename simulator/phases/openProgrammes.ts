import { z } from 'zod';
import { METER_CODES } from '../../domain/catalog/index.js';
import type { TermPrices } from '../../domain/licences/termPrice.js';
import { periodDays } from '../../domain/period.js';
import { confirmAddress } from './confirmAddress.js';
import { once, type Simulation } from '../simulation.js';
import type { WorldProgramme } from '../world/index.js';
import { ROUGH_PRICE } from '../world/programme.js';
import type { WorldPlan } from '../world/types.js';

const MADE = z.object({ id: z.uuid() });
const ANY = z.unknown();

/** Sets a programme; `expireAfterDays` shortens how long a sign-up waits for a decision. */
export async function setProgramme(
  { world, client, token }: Simulation,
  { code, name, zone, baseCurrency, vendor }: WorldProgramme,
  expireAfterDays?: number,
): Promise<void> {
  const settings = {
    partnerTeamEmail: vendor.email,
    // The months that are played are long over, and late reports come today.
    lateUsage: { reachDays: 730 },
    ...(expireAfterDays === undefined ? {} : { registration: { remindAfterDays: [], expireAfterDays } }),
  };
  const body = { name, zone, baseCurrency, vendor, firstPeriod: world.previous, settings };
  await client.call({ method: 'PUT', path: `/v1/programmes/${code}`, token, body }, ANY);
}

/** The distributors' ids by their codes; their addresses are confirmed. */
async function addDistributors(simulation: Simulation): Promise<Map<string, string>> {
  const { world, client, token } = simulation;
  const ids = new Map<string, string>();
  for (const body of world.distributors) {
    const idempotencyKey = once(simulation, 'distributor', body.code);
    const { id } = await client.call({ method: 'POST', path: '/v1/distributors', token, body, idempotencyKey }, MADE);
    ids.set(body.code, id);
  }
  await Promise.all(world.distributors.map(({ email }) => confirmAddress(simulation, email)));
  return ids;
}

/** A unit and year of each meter that is priced, at so many times its rough monthly price. */
function termPricesOf(prices: WorldPlan['prices'], factor: number): TermPrices {
  const meters = METER_CODES.filter((meter) => prices[meter] !== undefined);
  return Object.fromEntries(
    meters.map((meter) => [meter, { unitPrice: (ROUGH_PRICE[meter] * factor).toFixed(2), billing: 'whole' as const }]),
  );
}

async function openProgramme(
  simulation: Simulation,
  programme: WorldProgramme,
  distributorIds: ReadonlyMap<string, string>,
): Promise<void> {
  const { world, client, token } = simulation;
  const base = `/v1/programmes/${programme.code}`;
  await setProgramme(simulation, programme);
  for (const { filename, title, content } of programme.documents) {
    const contentBase64 = Buffer.from(content).toString('base64');
    const body = { title, contentType: 'text/markdown', contentBase64, audience: 'msp' };
    await client.call({ method: 'PUT', path: `${base}/documents/${filename}/en`, token, body }, ANY);
  }
  for (const { code, country } of world.distributors) {
    if (!programme.distributorCodes.includes(code)) continue;
    const body = { distributorId: distributorIds.get(code), opensOn: periodDays(world.previous).first };
    await client.call({ method: 'PUT', path: `${base}/territories/${country}`, token, body }, ANY);
  }
  for (const { distributorCode, monthlyMinimum, currency, termPriceFactor, ...plan } of programme.plans) {
    const body = {
      programme: programme.code,
      ...plan,
      currency,
      monthlyMinimum: { amount: monthlyMinimum, currency },
      firstMonth: 'billed',
      termPrices: termPricesOf(plan.prices, termPriceFactor),
      ...(distributorCode === null ? {} : { distributorId: distributorIds.get(distributorCode) }),
    };
    const idempotencyKey = once(simulation, 'plan', programme.code, plan.name);
    await client.call({ method: 'POST', path: '/v1/price-plans', token, body, idempotencyKey }, MADE);
  }
}

/** Distributors; then each programme with its documents, territories and price plans. */
export async function openProgrammes(simulation: Simulation): Promise<void> {
  const distributorIds = await addDistributors(simulation);
  for (const programme of simulation.world.programmes) await openProgramme(simulation, programme, distributorIds);
}
