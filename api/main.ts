/**
 * The API's process. It prints one line of JSON, `{"listening": url}`, when it is ready, and tells a parent that
 * started it with an IPC channel the same; when that parent goes away, so does this process.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import closeWithGrace from 'close-with-grace';
import { destination, pino, type Logger } from 'pino';
import { receiveEnv, required, type Env } from '../config/env.js';
import { createLinkSigner } from '../config/linkSigner.js';
import { serveProbes } from '../config/probes.js';
import { refusedToStart } from '../config/refusedToStart.js';
import { createSecretBox } from '../config/secretBox.js';
import { connectTemporal } from '../config/temporalClient.js';
import { loadTracing } from '../config/tracing.js';
import { ALL, connect, type Database } from '../db/connect.js';
import { forgetOldFailures } from '../db/access/failureStore.js';
import { forgetAnswers } from '../db/access/idempotencyStore.js';
import { forgetSessions } from '../db/access/sessionStore.js';
import { forgetSignInAttempts } from '../db/access/signInAttemptStore.js';
import { requireMigrated } from '../db/schema/schemaFaults.js';
import { traced } from '../db/traced.js';
import { KontorError } from '../domain/errors.js';
import { createRenderPool } from '../statements/index.js';
import { createMailStarts } from '../starts/deliverMail.js';
import { createOnboardingStarts } from '../starts/onboardSites.js';
import { createApp } from './app.js';
import { toKontorError } from './errors.js';
import { apiProbes } from './health.js';
import { createMetrics } from './http/metrics.js';
import { HEADERS_TIMEOUT_MS, KEEP_ALIVE_MS, LIMITS } from './http/limits.js';
import { createDiskFiles } from './releases/diskFiles.js';
import { resumeOnboarding } from './resumeOnboarding.js';
import { createWorkflowStarts } from './workflowStarts.js';

const HOUR_MS = 3_600_000;
const KEPT_MS = 24 * HOUR_MS;
/** The company and view of the last one is where the next one begins. */
const SESSIONS_KEPT_MS = 90 * 24 * HOUR_MS;
const SHUTDOWN_MS = 15_000;

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Throws CONFIGURATION_INVALID where HOST, or the port of it, cannot be had. */
function bind(server: Server, { HOST, PORT }: Env): Promise<number> {
  return listen(server, PORT, HOST).catch((error: unknown) => {
    const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (busy) return listen(server, 0, HOST);
    const why = error instanceof Error ? error.message : String(error);
    throw new KontorError('CONFIGURATION_INVALID', `PORT ${PORT} of ${HOST} cannot be used: ${why}`);
  });
}

/** Answers to repeats, tries to sign in that failed or were not finished, sessions that ended. */
function forgetOld(db: Database, log: Logger): NodeJS.Timeout {
  const forget = () => {
    const before = new Date(Date.now() - KEPT_MS);
    db.transaction(ALL, async (trx) => {
      await forgetAnswers(trx, before);
      await forgetOldFailures(trx, before);
      await forgetSignInAttempts(trx, before);
      await forgetSessions(trx, new Date(Date.now() - SESSIONS_KEPT_MS));
    }).catch((err: unknown) => {
      log.warn({ err }, 'what is old is still kept');
    });
  };
  return setInterval(forget, HOUR_MS).unref();
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeIdleConnections();
  });
}

const refused = refusedToStart('kontor-api');
const env = await receiveEnv().catch(refused);
function need<K extends keyof Env>(name: K): NonNullable<Env[K]> {
  try {
    return required(env, name);
  } catch (error) {
    return refused(error);
  }
}
const log = pino({ level: env.LOG_LEVEL, name: 'kontor-api' }, destination(2));
const secretKeys = need('SECRET_KEYS');
const secrets = createSecretBox(secretKeys);
const tracing = await loadTracing(env, 'kontor-api');
const db = traced(connect(need('DATABASE_URL'), env.DATABASE_POOL), tracing);
await db.transaction(ALL, requireMigrated).catch((error: unknown) => {
  // Away for now: it is looked for with every request, and by probes.
  if (toKontorError(error).code === 'DATABASE_UNAVAILABLE') return;
  refused(error);
});
const temporal = await connectTemporal(env, { tracing }).catch(refused);
const server = createServer({
  // What is no upload has less time, which the app says.
  requestTimeout: LIMITS.uploadMs,
  headersTimeout: HEADERS_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
});
const host = env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST;
const url = `http://${host}:${await bind(server, env).catch(refused)}`;
const publicUrl = (env.PUBLIC_URL ?? url).replace(/\/$/, '');
const trustedProxies = env.TRUSTED_PROXIES;
const localLogin = env.KONTOR_LOCAL_LOGIN === 'on';
const starter = { temporal: temporal.client, taskQueue: env.TEMPORAL_TASK_QUEUE };
const onboarding = createOnboardingStarts({ ...starter, log });
const mails = createMailStarts({ ...starter, log });
const starts = createWorkflowStarts({ db, ...starter, log });
const limits = { ...LIMITS, guessesPerMinute: env.GUESSES_PER_MINUTE, strangersPerHour: env.SIGN_UPS_PER_HOUR };
const releases = {
  files: createDiskFiles(env.RELEASES_DIR, limits.uploadMs),
  links: createLinkSigner(secretKeys),
  maxBytes: env.RELEASE_MAX_BYTES,
};
// What is drawn here is asked for one at a time; its thread starts with the first.
const render = createRenderPool({ threads: 1 });
const deps = {
  db,
  ...starter,
  onboarding,
  mails,
  starts,
  publicUrl,
  url,
  trustedProxies,
  localLogin,
  secrets,
  releases,
  render,
  log,
};
const metrics = createMetrics(deps);
const probes = await serveProbes(env, apiProbes(deps, metrics)).catch(refused);
server.on('request', createApp(deps, limits, metrics, tracing));
void resumeOnboarding({ db, onboarding, log });
starts.kept();
const forgetting = forgetOld(db, log);

const grace = closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ err }) => {
  if (err) log.error({ err }, 'ending after an error');
  clearInterval(forgetting);
  probes?.close();
  await stop(server);
  await onboarding.close();
  await starts.close();
  await render.close();
  await temporal.close();
  await db.close();
  await tracing?.close();
});
process.once('disconnect', () => {
  grace.close();
});

process.stdout.write(`${JSON.stringify({ listening: url })}\n`);
process.send?.({ listening: url });
