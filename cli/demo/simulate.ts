import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { SIMULATOR_MAIN } from '../paths.js';
import type { Scene } from './scene.js';

/** What the simulator is asked to play; `of` names the month of the usage, where there is a choice. */
export interface SimulatorPhase {
  phase: 'setup' | 'usage' | 'decide' | 'confirm' | 'late';
  of?: string;
}

/** A line of its output: progress, the result, or what the world did not expect. */
const LINE = z.union([
  z.object({ phase: z.string(), done: z.number(), total: z.number() }),
  z.object({ result: z.record(z.string(), z.unknown()) }),
  z.object({ error: z.string() }),
]);

/** Lets the simulator, a process of its own that speaks HTTP alone, play one phase; returns what it says it did. */
export async function simulate(scene: Scene, { phase, of }: SimulatorPhase): Promise<Record<string, unknown>> {
  const { services, tokens, world } = scene;
  const args = [
    ...[SIMULATOR_MAIN, '--phase', phase, '--api', services.apiUrl],
    ...['--token', tokens.first, '--second-token', tokens.second],
    ...['--seed', String(world.seed), '--msps', String(world.msps), '--sites', String(world.sites)],
    ...['--period', world.period, ...(of === undefined ? [] : ['--of', of])],
  ];
  const child = await services.alongside.start(
    () => Promise.resolve(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })),
    end,
  );
  const complaints = text(child.stderr);
  const progress = scene.terminal.progress();
  let result: Record<string, unknown> | null = null;
  let error: string | null = null;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const said = LINE.parse(JSON.parse(line));
      if ('result' in said) result = said.result;
      else if ('error' in said) error = said.error;
      else progress.set(said.phase, said.done, said.total);
    }
  } finally {
    progress.stop();
  }
  if (result === null) throw new Error(`The simulator failed in phase ${phase}: ${error ?? (await complaints).trim()}`);
  return result;
}

/** It holds nothing that would need an orderly end. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
