import { z } from 'zod';
import { periodDays } from '../../domain/period.js';
import { once, type Simulation } from '../simulation.js';

const MADE = z.object({ id: z.uuid() });
const ANY = z.unknown();

/** Sets the programme; `expireAfterDays` shortens how long a sign-up waits for a decision. */
export async function setProgramme({ world, client, token }: Simulation, expireAfterDays?: number): Promise<void> {
  const { code, ...programme } = world.programme;
  const settings = {
    partnerTeamEmail: programme.vendor.email,
    ...(expireAfterDays === undefined ? {} : { registration: { remindAfterDays: [], expireAfterDays } }),
  };
  await client.call(
    {
      method: 'PUT',
      path: `/v1/programmes/${code}`,
      token,
      body: { ...programme, firstPeriod: world.previous, settings },
    },
    ANY,
  );
}

/** Programme, documents, distributors with their territories, price plans. */
export async function openProgramme(simulation: Simulation): Promise<void> {
  const { world, client, token } = simulation;
  const { code } = world.programme;
  await setProgramme(simulation);
  for (const { filename, title, content } of world.documents) {
    const contentBase64 = Buffer.from(content).toString('base64');
    const body = { title, contentType: 'text/markdown', contentBase64, audience: 'msp' };
    await client.call({ method: 'PUT', path: `/v1/programmes/${code}/documents/${filename}/en`, token, body }, ANY);
  }
  const distributorIds = new Map<string, string>();
  for (const distributor of world.distributors) {
    const idempotencyKey = once(simulation, 'distributor', distributor.code);
    const path = '/v1/distributors';
    const { id } = await client.call({ method: 'POST', path, token, body: distributor, idempotencyKey }, MADE);
    distributorIds.set(distributor.code, id);
    const body = { distributorId: id, opensOn: periodDays(world.previous).first };
    await client.call(
      { method: 'PUT', path: `/v1/programmes/${code}/territories/${distributor.country}`, token, body },
      ANY,
    );
  }
  for (const { distributorCode, monthlyMinimum, currency, ...plan } of world.plans) {
    const body = {
      programme: code,
      ...plan,
      currency,
      monthlyMinimum: { amount: monthlyMinimum, currency },
      firstMonth: 'billed',
      ...(distributorCode === null ? {} : { distributorId: distributorIds.get(distributorCode) }),
    };
    const idempotencyKey = once(simulation, 'plan', plan.name);
    await client.call({ method: 'POST', path: '/v1/price-plans', token, body, idempotencyKey }, MADE);
  }
}
