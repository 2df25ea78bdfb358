/**
 * The simulator: a process of its own that plays a world of MSPs and sites against the public API, reads their mail where
 * it arrives, and speaks nothing but HTTP. The first line of stdin has the tokens of the partner team, `{"token": …,
 * "secondToken": …}`; the others say what to play, `{"phase": "setup"}`. It prints progress as JSON lines, and
 * `{"result": …}` at the end of each. What the world did not expect ends it with status 1 and a line `{"error": …}` that
 * holds the whole answer.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createApiClient } from './apiClient.js';
import { createMailbox } from './mailbox.js';
import { confirmTotals, decideCases } from './phases/decideCases.js';
import { deliverLateReports, deliverUsage } from './phases/deliverUsage.js';
import { installSites } from './phases/installSites.js';
import { issueMspTokens } from './phases/mspTokens.js';
import { openProgrammes } from './phases/openProgrammes.js';
import { joinFurther } from './phases/participate.js';
import { signUp } from './phases/signUp.js';
import { createProgress } from './progress.js';
import type { Simulation } from './simulation.js';
import { learnClock } from './siteSpeaker.js';
import { buildWorld } from './world/index.js';

/** `of` names the month of the usage, where there is a choice. */
const COMMAND = z.strictObject({
  phase: z.enum(['setup', 'usage', 'decide', 'confirm', 'late']),
  of: z.string().optional(),
});
type Command = z.output<typeof COMMAND>;

/** Of two people of the partner team; the second confirms what the first decided. */
const TOKENS = z.strictObject({ token: z.string().min(1), secondToken: z.string().min(1) });

const OPTIONS = z.strictObject({
  api: z.url(),
  inbox: z.url(),
  seed: z.coerce.number().int().min(0).max(0xffffffff).default(1),
  period: z.string().default('2026-03'),
  msps: z.coerce.number().int().min(5).max(5_000).default(40),
  sites: z.coerce.number().int().min(5).max(100_000).default(400),
});

function readOptions(): z.output<typeof OPTIONS> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { api: text, inbox: text, seed: text, period: text, msps: text, sites: text },
  });
  return OPTIONS.parse(values);
}

async function setUp(simulation: Simulation): Promise<object> {
  await openProgrammes(simulation);
  const registrations = await signUp(simulation);
  const tokenOf = await issueMspTokens(simulation);
  const joinedFurther = await joinFurther(simulation, tokenOf);
  return { registrations, joinedFurther, ...(await installSites(simulation, tokenOf)) };
}

function play(simulation: Simulation, { phase, of }: Command): Promise<object> {
  const { period, previous } = simulation.world;
  if (of !== undefined && of !== period && of !== previous) {
    throw new RangeError(`The world has usage of ${previous} and ${period} only.`);
  }
  switch (phase) {
    case 'setup':
      return setUp(simulation);
    case 'usage':
      return deliverUsage(simulation, of === previous ? 'previous' : 'current');
    case 'decide':
      return decideCases(simulation);
    case 'confirm':
      return confirmTotals(simulation);
    case 'late':
      return deliverLateReports(simulation);
  }
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

try {
  const { api, inbox, ...options } = readOptions();
  const world = buildWorld(options);
  const client = createApiClient(api);
  const mailbox = createMailbox(inbox);
  const progress = createProgress(
    (line) => process.stdout.write(`${line}\n`),
    () => performance.now(),
  );
  const met = { world, client, mailbox, clock: await learnClock(client), progress };
  let simulation: Simulation | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const said: unknown = JSON.parse(line);
    if (simulation === undefined) simulation = { ...met, ...TOKENS.parse(said) };
    else tell({ result: await play(simulation, COMMAND.parse(said)) });
  }
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.stdin.destroy();
}
