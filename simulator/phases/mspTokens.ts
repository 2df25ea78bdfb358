import { z } from 'zod';
import { inParallel } from '../../domain/inParallel.js';
import { WIDTH, type Simulation } from '../simulation.js';
import type { WorldMsp } from '../world/index.js';

const MADE = z.object({ id: z.string() });
const TOKEN = z.object({ token: z.string() });

/** Each MSP's own token, with which it acts for itself. */
export type MspTokens = (msp: WorldMsp) => string;

export async function issueMspTokens({ world, client, token }: Simulation): Promise<MspTokens> {
  const tokens = new Map<WorldMsp, string>();
  await inParallel(world.msps, WIDTH, async (msp) => {
    const name = 'Provisioning';
    const account = { companyId: msp.mspId, name, level: 'manager' };
    const { id } = await client.call({ method: 'POST', path: '/v1/service-accounts', token, body: account }, MADE);
    const body = { serviceAccountId: id, view: 'service_provider', name };
    const issued = await client.call({ method: 'POST', path: '/v1/tokens', token, body }, TOKEN);
    tokens.set(msp, issued.token);
  });
  return (msp) => tokens.get(msp) ?? '';
}
