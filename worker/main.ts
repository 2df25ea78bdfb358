/** The worker process: workflows and activities of the roles it serves. Any number of them may run side by side. */
import closeWithGrace from 'close-with-grace';
import { receiveEnv } from '../config/env.js';
import { installFailpoint } from '../config/failpoints.js';
import { serveProbes } from '../config/probes.js';
import { refusedToStart } from '../config/refusedToStart.js';
import { dataConverterOf } from '../config/temporalClient.js';
import { loadTracing } from '../config/tracing.js';
import { KontorError } from '../domain/errors.js';
import { createDeps } from './deps.js';
import { createWorkers } from './createWorker.js';
import { requireKnownMonths } from './openMonths.js';
import { loadWorkflowBundle } from './workflowBundle.js';
import { measure, startingProbes, workerProbes } from './health.js';
import { installRuntime } from './runtime.js';
import { requireSetup } from './setup.js';
import { missingSentences, untilThere, type Missing } from './untilThere.js';
import { watchRestores } from './watchRestores.js';

const refused = refusedToStart('kontor-worker');
const env = await receiveEnv().catch(refused);
const measured = measure(await installRuntime(env));
let missing: readonly Missing[] = [];
let probes = startingProbes(() => missing, measured);
// From the start: a worker that waits says for what.
const probeServer = await serveProbes(env, {
  ready: () => probes.ready(),
  warnings: () => probes.warnings?.() ?? [],
  metrics: () => probes.metrics(),
}).catch(refused);
await untilThere(env, (now) => {
  missing = now;
  console.error(now.length === 0 ? 'All that was waited for answers.' : `Waiting: ${missingSentences(now).join(' ')}`);
}).catch(refused);
const tracing = await loadTracing(env, 'kontor-worker');
const stopping = new AbortController();
const deps = await createDeps(env, tracing, stopping.signal).catch(refused);
const setup = await requireSetup(deps).catch(refused);
for (const warning of setup.warnings()) console.error(warning);
const dataConverter = dataConverterOf(env);
const workflowBundle = env.WORKER_ROLES.includes('main')
  ? await loadWorkflowBundle({
      failureConverterPath: dataConverter?.failureConverterPath,
      interceptorModules: tracing === null ? [] : [tracing.worker.workflowModule],
    })
  : null;
if (workflowBundle !== null) {
  const replay = { workflowBundle, ...(dataConverter === undefined ? {} : { dataConverter }) };
  await requireKnownMonths(deps, replay).catch(refused);
}
const restores = await watchRestores(deps);
// What it counts is the work itself.
installFailpoint(env.KONTOR_FAILPOINT);
const { workers, connection } = await createWorkers(env, deps, { bundle: workflowBundle, tracing });

probes = workerProbes(workers, { ...deps, setup, restores }, measured);
// Where one of them fails, the process ends as a whole: half a worker would look alive.
const running = Promise.all(workers.map((worker) => worker.run()));
closeWithGrace({ delay: 40_000 }, async () => {
  // Its workflows take no task any more, also not those that its own activities would wait for.
  stopping.abort(new KontorError('MAIL_DEFERRED', 'This worker ends: another one goes on with the mails.'));
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
restores.stop();
probeServer?.close();
await connection.close();
await deps.close();
await tracing?.close();
