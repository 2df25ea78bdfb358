/** A month closed by a script in a process of its own: the floor, or a peer. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { childEnvironment } from '../config/env.js';
import { KontorError } from '../domain/errors.js';
import type { Setting } from './arm.js';
import { watchTree } from './memory.js';
import type { Arrivals } from './sink.js';

/** As the worker has them (cli/services/nodeProcess.ts). */
const FEWER_ARENAS = { MALLOC_ARENA_MAX: '2' };

export interface Script<Run> {
  /** As people call it. */
  name: string;
  main: URL;
  /** Sent beside the addresses of database and sink. */
  given?: Record<string, string>;
  run: z.ZodType<Run>;
}

/**
 * Makes the process ready, starts it, and takes its answer. Throws INTERNAL with the end of what it wrote when it ends early or a
 * mail arrived twice.
 */
export async function runScript<Run>(
  { database, sink, postgresPid, alongside }: Setting,
  { name, main, given = {}, run: schema }: Script<Run>,
): Promise<{ run: Run; arrivals: Arrivals; postgresPeakMb: number | null }> {
  const child = await alongside.start(
    () =>
      Promise.resolve(
        fork(fileURLToPath(main), [], {
          env: { ...childEnvironment({}), ...FEWER_ARENAS },
          execArgv: ['--enable-source-maps'],
          stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        }),
      ),
    async (started) => {
      if (started.exitCode !== null || started.signalCode !== null) return;
      started.kill('SIGKILL');
      await once(started, 'exit');
    },
  );
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const exit = once(child, 'exit');
  const ended = exit.then(() => {
    throw new KontorError('INTERNAL', `${name} ended early:\n${complaints}`);
  });
  // Once it has answered, its end is no failure.
  ended.catch(() => undefined);
  const answer = () => Promise.race([once(child, 'message'), ended]) as Promise<[unknown]>;
  child.send({ databaseUrl: database.ownerUrl, smtpUrl: sink.smtpUrl, ...given });
  await answer();
  const { result, peakMb } = await watchTree(postgresPid, async () => {
    sink.begin();
    child.send('go');
    const [run] = await answer();
    return { run: schema.parse(run), arrivals: sink.arrivals() };
  });
  const [repeated] = result.arrivals.repeated;
  if (repeated !== undefined) throw new KontorError('INTERNAL', `${name} mailed ${repeated} twice.`);
  return { ...result, postgresPeakMb: peakMb };
}
