/** The worker process: workflows and activities of the roles it serves. Any number of them may run side by side. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import closeWithGrace from 'close-with-grace';
import { receiveEnv } from '../config/env.js';
import { installFailpoint } from '../config/failpoints.js';
import { serveProbes } from '../config/probes.js';
import { createDeps } from './deps.js';
import { createWorkers } from './createWorker.js';
import { workerProbes } from './health.js';
import { refusedToStart } from './refusedToStart.js';
import { requireSetup } from './setup.js';

const env = await receiveEnv();
installFailpoint(env.KONTOR_FAILPOINT);
Runtime.install({ logger: new DefaultLogger(env.LOG_LEVEL === 'debug' ? 'INFO' : 'WARN') });
const deps = await createDeps(env);
const setup = await requireSetup(deps).catch(refusedToStart);
for (const warning of setup.warnings()) console.error(warning);
const { workers, connection } = await createWorkers(env, deps);

// Before they poll: a worker whose probes nobody can reach would look dead while it works.
const probes = await serveProbes(env, workerProbes(workers, deps.db, setup));
// Where one of them fails, the process ends as a whole: half a worker would look alive.
const running = Promise.all(workers.map((worker) => worker.run()));
closeWithGrace({ delay: 40_000 }, async () => {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await running;
});
// Started by `kontor up`, this process ends with it, however it ends.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.on('message', (message) => {
  if (message === 'statistics') {
    process.send?.({ statements: deps.db.statementCount(), rssBytes: process.memoryUsage().rss });
  }
});
process.send?.({ ready: true });

await running;
probes?.close();
await connection.close();
await deps.close();
