import { z } from 'zod';
import { inParallel } from '../../domain/inParallel.js';
import { once, periodOf, type Simulation } from '../simulation.js';
import type { WorldMsp, WorldParticipation } from '../world/index.js';
import type { MspTokens } from './mspTokens.js';

const STATE = z.object({ state: z.string() });
/** Each decision is an Update of a workflow: more at once only wait in line. */
export const DECISIONS_WIDTH = 4;

/** The partner team approves an application, from the month on in which the MSP joins. */
export async function approve(
  simulation: Simulation,
  { mspId }: WorldMsp,
  { programme, joins }: WorldParticipation,
): Promise<void> {
  const { client, token, world } = simulation;
  const path = `/v1/programmes/${programme}/registrations/${mspId}/decision`;
  const body = { decision: 'approve', joins: periodOf(world, joins) };
  const idempotencyKey = once(simulation, 'approve', programme, mspId);
  await client.call({ method: 'POST', path, token, body, idempotencyKey }, STATE);
}

/** MSPs that are known apply for further programmes, each for itself; returns how many did. */
export async function joinFurther(simulation: Simulation, tokenOf: MspTokens): Promise<number> {
  const { client, world } = simulation;
  const further = world.msps.flatMap((msp) => msp.participations.slice(1).map((part) => ({ msp, part })));
  await inParallel(further, DECISIONS_WIDTH, async ({ msp, part }) => {
    const path = `/v1/programmes/${part.programme}/participations`;
    await client.call({ method: 'POST', path, token: tokenOf(msp), body: { mspId: msp.mspId } }, STATE);
    await approve(simulation, msp, part);
  });
  return further.length;
}

/** Who leaves with that month says so before it is closed (rule 20); its keys end with it. */
export async function leave({ client, token, world }: Simulation, when: WorldParticipation['joins']): Promise<void> {
  for (const { mspId, participations } of world.msps) {
    for (const { programme } of participations.filter(({ leaves }) => leaves === when)) {
      const path = `/v1/programmes/${programme}/participations/${mspId}/leave`;
      const body = { lastPeriod: periodOf(world, when), reason: 'Gives its managed services up' };
      await client.call({ method: 'POST', path, token, body }, STATE);
    }
  }
}
