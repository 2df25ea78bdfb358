import { z } from 'zod';
import { groupBy } from '../../domain/groupBy.js';
import { inParallel } from '../../domain/inParallel.js';
import { createRandom } from '../random.js';
import { once, type Simulation } from '../simulation.js';

const CASE = z.object({
  id: z.uuid(),
  programme: z.string(),
  mspId: z.uuid().nullable(),
  mspName: z.string().nullable(),
  kind: z.string(),
  handling: z.string(),
  siteName: z.string().nullable(),
  tenantRef: z.string().nullable(),
  meter: z.string().nullable(),
  evidence: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});
type Case = z.output<typeof CASE>;

const OUTCOME = z.object({ state: z.string(), statementNumber: z.string().nullable() });
/** The five of rule 5, in turn. */
const DECISIONS = ['accept_reported', 'accept_observed', 'set_quantity', 'waive', 'defer'] as const;
const DECIDED_SHARE = 1 / 3;
/** A person's decision costs a workflow: as many as people would take on in a review. */
const MOST_DECISIONS = 150;
const WIDTH = 4;

/** What a case is about, the same in every run of the same world; its id is not. */
function identityOf({ programme, mspId, kind, siteName, tenantRef, meter }: Case): string {
  return JSON.stringify([mspId, siteName, tenantRef, meter, kind, programme]);
}

async function openCases({ world, client, token }: Simulation, handling: string): Promise<Case[]> {
  const found = await client.list(`/v1/cases?period=${world.period}&state=open`, token, CASE);
  return found
    .filter((one) => one.handling === handling && one.mspId !== null)
    .sort((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));
}

function quantityOf({ evidence }: Case): number {
  const numbers = ['observed', 'upToRevocation', 'last', 'quantity', 'sum'].map((name) => evidence[name]);
  return numbers.find((value): value is number => typeof value === 'number') ?? 0;
}

function bodyOf(found: Case, index: number) {
  const decision = DECISIONS[index % DECISIONS.length] ?? 'accept_reported';
  if (decision === 'set_quantity') {
    return { decision, quantity: quantityOf(found), reason: 'Agreed with the MSP on the telephone.' };
  }
  if (decision === 'waive') return { decision, reason: 'Goodwill for a migration.' };
  if (decision === 'defer') return { decision, reason: 'The MSP is looking into it.' };
  return { decision };
}

export interface Decided {
  open: number;
  decided: Record<string, number>;
}

/** The partner team decides a third of the cases under review; the others are left to their defaults (rule 5). */
export async function decideCases(simulation: Simulation): Promise<Decided> {
  const { world, client, token, progress } = simulation;
  const open = await openCases(simulation, 'review');
  const chosen = open
    .filter((found) => createRandom(world.seed, 'decide', identityOf(found)).chance(DECIDED_SHARE))
    .slice(0, MOST_DECISIONS)
    .map((found, index) => ({ found, body: bodyOf(found, index) }));
  const byMsp = groupBy(chosen, ({ found }) => found.mspId ?? '');
  const decided: Record<string, number> = {};
  const bar = progress.start('decisions', chosen.length);
  await inParallel([...byMsp.values()], WIDTH, async (ofMsp) => {
    for (const { found, body } of ofMsp) {
      const request = { path: `/v1/cases/${found.id}/decision`, idempotencyKey: once(simulation, 'decide', found.id) };
      await client.call({ method: 'POST', token, body, ...request }, OUTCOME);
      decided[body.decision] = (decided[body.decision] ?? 0) + 1;
      bar.step();
    }
  });
  return { open: open.length, decided };
}

export interface Confirmed {
  confirmed: number;
  leftParked: number;
}

/** A second person confirms the totals that moved, all but the last one: that MSP stays parked, for all to see. */
export async function confirmTotals(simulation: Simulation): Promise<Confirmed> {
  const { client, progress } = simulation;
  const token = simulation.secondToken;
  const moved = (await openCases(simulation, 'person')).sort((a, b) =>
    (a.mspName ?? '') < (b.mspName ?? '') ? -1 : 1,
  );
  const confirmed = moved.slice(0, -1);
  const bar = progress.start('confirmations', confirmed.length);
  // One after the other: each issues a statement, and numbers follow the order of issue.
  for (const { id } of confirmed) {
    const request = { path: `/v1/cases/${id}/decision`, idempotencyKey: once(simulation, 'confirm', id) };
    await client.call({ method: 'POST', token, body: { decision: 'confirm' }, ...request }, OUTCOME);
    bar.step();
  }
  return { confirmed: confirmed.length, leftParked: moved.length - confirmed.length };
}
