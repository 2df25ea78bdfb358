import { z } from 'zod';
import { UnexpectedAnswer } from '../apiClient.js';
import { inParallel } from '../inParallel.js';
import { once, type Simulation } from '../simulation.js';
import type { World } from '../world/index.js';
import { setProgramme } from './openProgramme.js';

type SignUp = World['rejected'];

const RECEIVED = z.object({ mspId: z.uuid(), probableDuplicate: z.boolean() });
const STATE = z.object({ state: z.string() });
/** Two seconds, in days: how long the sign-up that is to expire waits. */
const SOON = 2 / 86_400;
const EXPIRY_PATIENCE_MS = 90_000;
/** Each decision is an Update of a workflow: more at once only wait in line. */
const WIDTH = 4;

async function apply(
  { client, world }: Simulation,
  { mspId, company, contact, locale, zone }: SignUp,
): Promise<boolean> {
  const body = { programme: world.programme.code, mspId, company, contact, locale, zone };
  const { probableDuplicate } = await client.call({ method: 'POST', path: '/v1/registrations', body }, RECEIVED);
  return probableDuplicate;
}

async function decide(simulation: Simulation, { mspId }: SignUp, decision: 'approve' | 'reject'): Promise<void> {
  const { client, token, world } = simulation;
  const body =
    decision === 'reject'
      ? { decision, reason: 'No contract with this company yet.' }
      : { decision, joins: world.previous };
  const path = `/v1/programmes/${world.programme.code}/registrations/${mspId}/decision`;
  const idempotencyKey = once(simulation, decision, mspId);
  await client.call({ method: 'POST', path, token, body, idempotencyKey }, STATE);
}

async function waitUntilExpired({ client, token, world }: Simulation, { mspId }: SignUp): Promise<void> {
  const path = `/v1/programmes/${world.programme.code}/registrations/${mspId}`;
  const until = Date.now() + EXPIRY_PATIENCE_MS;
  for (;;) {
    const { state } = await client.call({ method: 'GET', path, token }, STATE);
    if (state === 'expired') return;
    if (Date.now() > until) throw new UnexpectedAnswer(`GET ${path}`, 200, { state });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export interface SignedUp {
  approved: number;
  rejected: number;
  expired: number;
  duplicates: number;
}

/** Every MSP signs up; the partner team approves them, rejects one and lets one expire (rule 14). */
export async function signUp(simulation: Simulation): Promise<SignedUp> {
  const { world, progress } = simulation;
  const [first, ...others] = world.msps;
  const bar = progress.start('registrations', world.msps.length + 2);
  let duplicates = 0;
  const join = async (signUpOf: SignUp): Promise<void> => {
    if (await apply(simulation, signUpOf)) duplicates += 1;
    await decide(simulation, signUpOf, 'approve');
    bar.step();
  };
  await setProgramme(simulation, SOON);
  await apply(simulation, world.expired);
  await setProgramme(simulation);
  await apply(simulation, world.rejected);
  await decide(simulation, world.rejected, 'reject');
  bar.step();
  // The first alone: another company with its registration number is a duplicate only after it.
  if (first !== undefined) await join(first);
  await inParallel(others, WIDTH, join);
  await waitUntilExpired(simulation, world.expired);
  bar.step();
  return { approved: world.msps.length, rejected: 1, expired: 1, duplicates };
}
