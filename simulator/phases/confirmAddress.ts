import { z } from 'zod';
import type { Simulation } from '../simulation.js';

const CONFIRMED = z.object({ email: z.string() });

/** Whoever owns an address follows the link that was mailed there: from now on it gets its company's mail. */
export async function confirmAddress({ client, mailbox }: Simulation, address: string): Promise<void> {
  const body = { link: await mailbox.linkTo(address) };
  await client.call({ method: 'POST', path: '/v1/contacts/confirm', body }, CONFIRMED);
}
