import { z } from 'zod';
import { once, type Simulation } from '../simulation.js';
import type { WorldMsp } from '../world/index.js';

const QUOTE = z.object({ price: z.object({ amount: z.string(), currency: z.string() }) });
const ORDER = z.object({ id: z.uuid() });
const ANY = z.unknown();

/** What is ordered, as the API takes it. */
export interface WantedLicence {
  siteId: string;
  tenantRef: string;
  meter: string;
  count: number;
  years: number;
}

/**
 * An MSP has a term licence priced, confirms the price, and the partner team approves it (rule 21), by another person than
 * who made the MSP's service account (rule 18). It starts today: never in the months that are played, which are over.
 */
export async function orderLicence(
  simulation: Simulation,
  token: string,
  { mspId }: WorldMsp,
  licence: WantedLicence,
): Promise<void> {
  const { client, secondToken } = simulation;
  const base = `/v1/msps/${mspId}/orders`;
  const order = { kind: 'licence', ...licence };
  const { price } = await client.call({ method: 'POST', path: `${base}/quote`, token, body: { order } }, QUOTE);
  const body = { order, confirmedPrice: price };
  const idempotencyKey = once(simulation, 'order', licence.siteId);
  const { id } = await client.call({ method: 'POST', path: base, token, body, idempotencyKey }, ORDER);
  await client.call(
    {
      method: 'POST',
      path: `${base}/${id}/decision`,
      token: secondToken,
      body: { decision: 'approve' },
    },
    ANY,
  );
}
