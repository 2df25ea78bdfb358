import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { childEnvironment } from '../config/env.js';
import { KontorError } from '../domain/errors.js';
import type { Setting } from './arm.js';
import { watchTree } from './memory.js';

const MAIN = fileURLToPath(new URL('./floor/main.js', import.meta.url));
/** As the worker has them (cli/services/nodeProcess.ts). */
const FEWER_ARENAS = { MALLOC_ARENA_MAX: '2' };

const milliseconds = z.number();
const RUN = z.object({
  totalMs: milliseconds,
  rateMs: milliseconds,
  statementsMs: milliseconds,
  packsMs: milliseconds,
  statements: z.number(),
  packs: z.number(),
  peakMb: z.number(),
});

/** What one run of the floor took and held. */
export interface FloorMeasure {
  floorMs: number;
  rateMs: number;
  statementsMs: number;
  packsMs: number;
  statements: number;
  mails: number;
  processPeakMb: number;
  postgresPeakMb: number | null;
}

/**
 * Runs the floor in a process of its own over the database. Throws INTERNAL with the end of what it wrote when it ends early or
 * a mail arrived twice.
 */
export async function runFloorArm({ database, sink, postgresPid, alongside }: Setting): Promise<FloorMeasure> {
  const child = await alongside.start(
    () =>
      Promise.resolve(
        fork(MAIN, [], {
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
  const ended = once(child, 'exit').then(() => {
    throw new KontorError('INTERNAL', `The floor ended early:\n${complaints}`);
  });
  // Once it has answered, its end is no failure.
  ended.catch(() => undefined);
  const answer = () => Promise.race([once(child, 'message'), ended]) as Promise<[unknown]>;
  child.send({ databaseUrl: database.ownerUrl, smtpUrl: sink.smtpUrl });
  await answer();
  const { result, peakMb } = await watchTree(postgresPid, async () => {
    sink.begin();
    child.send('go');
    const [run] = await answer();
    return { run: RUN.parse(run), arrivals: sink.arrivals() };
  });
  const { run, arrivals } = result;
  if (arrivals.repeated.length > 0)
    throw new KontorError('INTERNAL', `The floor mailed ${arrivals.repeated[0] ?? ''} twice.`);
  return {
    floorMs: run.totalMs,
    rateMs: run.rateMs,
    statementsMs: run.statementsMs,
    packsMs: run.packsMs,
    statements: run.statements,
    mails: arrivals.mails,
    processPeakMb: run.peakMb,
    postgresPeakMb: peakMb,
  };
}
