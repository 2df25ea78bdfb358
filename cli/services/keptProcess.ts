import type { Env } from '../../config/env.js';
import type { EmbeddedError } from '../../embedded/index.js';
import { startNodeProcess, type NodeProcess, type NodeProcessSpec } from './nodeProcess.js';

/** Before each time that a process which ended by itself is started again; after the last it stays ended. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000] as const;

export interface Keeping<Ready> {
  say: (line: string) => void;
  /** What it is told from its second start on, such as the port it has had. */
  again?: (first: Ready) => Partial<Record<keyof Env, string>>;
  pausesMs?: readonly number[];
}

/**
 * Starts a process and starts it again whenever it ends by itself, after a longer pause each time. `died` resolves when it
 * has ended more often than there are pauses. A first start that fails throws, as `startNodeProcess` does.
 */
export async function startKeptProcess<Ready>(
  spec: NodeProcessSpec<Ready>,
  { say, again = () => ({}), pausesMs = PAUSES_MS }: Keeping<Ready>,
): Promise<NodeProcess<Ready>> {
  const first = await startNodeProcess(spec);
  let current = first;
  let stopping = false;
  const isStopping = () => stopping;
  const next: NodeProcessSpec<Ready> = { ...spec, env: { ...spec.env, ...again(first.ready) } };

  const keep = async (): Promise<EmbeddedError> => {
    let failure = await current.died;
    for (const [index, pauseMs] of pausesMs.entries()) {
      say(`${spec.name} ended by itself; it is started again (${index + 1} of ${pausesMs.length}).`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      // Whoever stops it has not been told of a death.
      if (isStopping()) return new Promise(() => undefined);
      try {
        current = await startNodeProcess(next);
      } catch (error) {
        failure = error as EmbeddedError;
        continue;
      }
      // Asked to stop while it started.
      if (isStopping()) await current.stop();
      failure = await current.died;
    }
    return failure;
  };
  return {
    ready: first.ready,
    get pid() {
      return current.pid;
    },
    died: keep(),
    ask: (message, schema) => current.ask(message, schema),
    stop: async () => {
      stopping = true;
      await current.stop();
    },
  };
}
