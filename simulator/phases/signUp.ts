import { z } from 'zod';
import { UnexpectedAnswer } from '../apiClient.js';
import { inParallel } from '../../domain/inParallel.js';
import { once, WIDTH, type Simulation } from '../simulation.js';
import type { World, WorldMsp, WorldProgramme } from '../world/index.js';
import { confirmAddress } from './confirmAddress.js';
import { setProgramme } from './openProgrammes.js';
import { approve, DECISIONS_WIDTH } from './participate.js';

type SignUp = World['rejected'];

const RECEIVED = z.object({ mspId: z.uuid() });
const REGISTRATION = z.object({ duplicateOf: z.array(z.string()) });
const STATE = z.object({ state: z.string() });
/** Two seconds, in days: how long the sign-up that is to expire waits. */
const SOON = 2 / 86_400;
const EXPIRY_PATIENCE_MS = 90_000;

/** Some sign up and follow the link in their mail: from then on they are applications. */
async function apply(simulation: Simulation, applicants: readonly { of: SignUp; programme: string }[]): Promise<void> {
  const { client } = simulation;
  await inParallel(applicants, WIDTH, async ({ of: { mspId, company, contact, locale, zone }, programme }) => {
    const body = { programme, mspId, company, contact, locale, zone };
    await client.call({ method: 'POST', path: '/v1/registrations', body }, RECEIVED);
  });
  await inParallel(applicants, WIDTH, ({ of }) => confirmAddress(simulation, of.contact.email));
}

async function reject(simulation: Simulation, { code }: WorldProgramme, { mspId }: SignUp): Promise<void> {
  const { client, token } = simulation;
  const body = { decision: 'reject', reason: 'No contract with this company yet.' };
  const path = `/v1/programmes/${code}/registrations/${mspId}/decision`;
  await client.call({ method: 'POST', path, token, body, idempotencyKey: once(simulation, 'reject', mspId) }, STATE);
}

async function waitUntilExpired(
  { client, token }: Simulation,
  { code }: WorldProgramme,
  { mspId }: SignUp,
): Promise<void> {
  const path = `/v1/programmes/${code}/registrations/${mspId}`;
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

/** Every MSP signs up and confirms its address; the partner team approves them, rejects one and lets one expire (rule 14). */
export async function signUp(simulation: Simulation): Promise<SignedUp> {
  const { world, progress } = simulation;
  const [first, ...others] = world.msps;
  const bar = progress.start('registrations', world.msps.length + 2);
  const [programme] = world.programmes;
  const join = async (msps: readonly WorldMsp[]): Promise<void> => {
    await apply(
      simulation,
      msps.map((of) => ({ of, programme: of.participations[0].programme })),
    );
    await inParallel(msps, DECISIONS_WIDTH, async (msp) => {
      await approve(simulation, msp, msp.participations[0]);
      bar.step();
    });
  };
  await setProgramme(simulation, programme, SOON);
  await apply(simulation, [{ of: world.expired, programme: programme.code }]);
  await setProgramme(simulation, programme);
  await apply(simulation, [{ of: world.rejected, programme: programme.code }]);
  await reject(simulation, programme, world.rejected);
  bar.step();
  // The first alone: another company with its registration number is a duplicate only after it.
  if (first !== undefined) await join([first]);
  await join(others);
  await waitUntilExpired(simulation, programme, world.expired);
  bar.step();
  const registrations = await simulation.client.list('/v1/registrations', simulation.token, REGISTRATION);
  const duplicates = registrations.filter(({ duplicateOf }) => duplicateOf.length > 0).length;
  return { approved: world.msps.length, rejected: 1, expired: 1, duplicates };
}
