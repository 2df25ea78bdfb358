import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { SIMULATOR_MAIN } from '../paths.js';
import type { Services } from '../services.js';
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

/** What it plays, where, and with what it ends. */
interface Stage extends Pick<Scene, 'inboxUrl' | 'world' | 'terminal'> {
  services: Pick<Services, 'apiUrl' | 'alongside'>;
}

/** The simulator of one demo: it stays for all phases, and ends with the services. */
export interface Simulator {
  /** Plays one phase; returns what it says it did. */
  play(phase: SimulatorPhase): Promise<Record<string, unknown>>;
}

/**
 * Starts the simulator, a process of its own that speaks HTTP alone. Its clock and its world are the same throughout. It
 * starts while the partner team is still getting its tokens.
 */
export async function startSimulator(
  { services, inboxUrl, world, terminal }: Stage,
  tokens: Promise<Scene['tokens']>,
): Promise<Simulator> {
  const args = [
    ...[SIMULATOR_MAIN, '--api', services.apiUrl, '--inbox', inboxUrl],
    ...['--seed', String(world.seed), '--msps', String(world.msps), '--sites', String(world.sites)],
    ...['--period', world.period],
  ];
  const child = await services.alongside.start(
    () => Promise.resolve(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })),
    end,
  );
  // At once: what it said before it ended would be lost to whoever reads later.
  const complaints = text(child.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // Of its end its output tells.
  child.stdin.on('error', () => undefined);
  const { first, second } = await tokens;
  child.stdin.write(`${JSON.stringify({ token: first, secondToken: second })}\n`);
  return {
    play: async (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const progress = terminal.progress();
      try {
        for (;;) {
          const line = await lines.next();
          const said = line.done === true ? { error: (await complaints).trim() } : LINE.parse(JSON.parse(line.value));
          if ('result' in said) return said.result;
          if ('error' in said) throw new Error(`The simulator failed in phase ${command.phase}: ${said.error}`);
          progress.set(said.phase, said.done, said.total);
        }
      } finally {
        progress.stop();
      }
    },
  };
}

/** It holds nothing that would need an orderly end. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
