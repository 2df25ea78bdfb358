/**
 * The stack behind `kontor up` and `kontor demo`: PostgreSQL, Temporal and an inbox, each only where the configuration
 * names no real one, and over them a worker and the API as processes of their own. Everything keeps its state in one
 * data directory, which one command at a time holds, and nothing outlives the command, however it ends.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { childEnvironment, readEnv, type Env } from '../config/env.js';
import { claim } from '../embedded/claim.js';
import { EmbeddedError } from '../embedded/index.js';
import { API_MAIN, WORKER_MAIN } from './paths.js';
import { closedFolder } from './services/dataFolder.js';
import { startDatabase } from './services/database.js';
import { startMail } from './services/mail.js';
import { startKeptProcess, type Keeping } from './services/keptProcess.js';
import type { NodeProcess, NodeProcessSpec } from './services/nodeProcess.js';
import { keptSecretKeys } from './services/secretKeys.js';
import { Parts } from './services/parts.js';
import { removeState, writeState } from './services/stateFile.js';
import { startTemporalPart } from './services/temporal.js';
import { setUp } from './services/temporalSetup.js';

export interface Services {
  dataDir: string;
  /** Environment variables that lead to every service, for other processes. */
  env: Partial<Record<keyof Env, string>>;
  /** Without a slash at its end. */
  apiUrl: string;
  /** Null where a real service is configured. */
  temporalUiUrl: string | null;
  inboxUrl: string | null;
  worker: NodeProcess<unknown>;
  /** Something else that is stopped with the worker and the API, before the servers. */
  alongside: Parts;
  /** Resolves when one of them ended by itself, too often to be started again. */
  died: Promise<Error>;
}

export interface ServicesOptions {
  env: Env;
  dataDir: string;
  /** The data directory is wiped at the next start: nothing in it has to survive a power cut or an end. */
  fleeting: boolean;
  say: (line: string) => void;
}

/** A stack that is starting: it can be stopped at any moment, half-started parts included. */
export interface Stack {
  services: Promise<Services>;
  stop(): Promise<void>;
}

/** Starts the stack. `services` rejects with the first failure, or once it is to stop; `stop` is due in any case. */
export function startStack(options: ServicesOptions): Stack {
  const folder = new Parts();
  const servers = new Parts();
  const processes = new Parts();
  let stopping = false;
  return {
    services: start(options, { folder, servers, processes }).then((services) => {
      // What was asked to stop while it started is of no use to anybody.
      if (stopping) throw new Error('The services are being stopped.');
      return services;
    }),
    stop: async () => {
      stopping = true;
      await processes.stop();
      await servers.stop();
      await folder.stop();
    },
  };
}

async function start(
  { env, dataDir, fleeting, say }: ServicesOptions,
  { folder, servers, processes }: { folder: Parts; servers: Parts; processes: Parts },
): Promise<Services> {
  let report: (error: Error) => void = () => undefined;
  const died = new Promise<Error>((resolve) => {
    report = resolve;
  });
  const part = {
    dataDir,
    fleeting,
    say,
    died: (line: string) => {
      report(new EmbeddedError('EMBEDDED_START_FAILED', line));
    },
  };
  await closedFolder(dataDir);
  await folder.start(
    () => claim(join(dataDir, 'running'), 'Kontor'),
    async (release) => {
      await removeState(dataDir);
      await release();
    },
  );
  const secretKeys = await keptSecretKeys(env, dataDir);
  const started = Promise.all([
    servers.start(
      () => startDatabase(env, part),
      (each) => each.stop(),
    ),
    servers.start(
      () => startTemporalPart(env, part),
      (each) => each.stop(),
    ),
    servers.start(
      () => startMail(env, part),
      (each) => each.stop(),
    ),
  ]);
  const leading = started.then(async ([database, temporal, mail]): Promise<Services['env']> => {
    const leads = {
      DATABASE_URL: database.url,
      SMTP_URL: mail.smtpUrl,
      TEMPORAL_NAMESPACE: env.TEMPORAL_NAMESPACE,
      TEMPORAL_TASK_QUEUE: env.TEMPORAL_TASK_QUEUE,
      ...temporal.env,
    };
    for (const sentence of (await setUp(readEnv(childEnvironment(leads)))).failed) say(sentence);
    return leads;
  });

  const startProcess = <Ready>(spec: NodeProcessSpec<Ready>, again: Keeping<Ready>['again'] = () => ({})) =>
    processes.start(
      () => startKeptProcess(spec, { say, again }),
      (each) => each.stop(),
    );
  const logFile = (name: string) => join(dataDir, 'logs', `${name}.log`);
  const [leads, worker, api] = await Promise.all([
    leading,
    startProcess({
      name: 'The worker',
      main: WORKER_MAIN,
      env: {},
      leads: leading,
      logFile: logFile('worker'),
      ready: z.object({ ready: z.literal(true) }),
    }),
    startProcess(
      {
        name: 'The API',
        main: API_MAIN,
        env: {
          ...{ PORT: String(env.PORT), SIGN_UPS_PER_HOUR: String(env.SIGN_UPS_PER_HOUR) },
          GUESSES_PER_MINUTE: String(env.GUESSES_PER_MINUTE),
          KONTOR_LOCAL_LOGIN: env.KONTOR_LOCAL_LOGIN,
          RELEASES_DIR: env.RELEASES_DIR ?? join(dataDir, 'releases'),
          RELEASE_MAX_BYTES: String(env.RELEASE_MAX_BYTES),
          ...secretKeys,
          // The two are of one machine here, and the port is the worker's.
          METRICS_PORT: '',
        },
        leads: leading,
        logFile: logFile('api'),
        ready: z.object({ listening: z.url() }),
      },
      // Where people and other processes have found it.
      ({ listening }) => ({ PORT: new URL(listening).port }),
    ),
  ]);
  void Promise.race([worker.died, api.died]).then(report);
  const [, temporal, mail] = await started;
  const urls = { apiUrl: api.ready.listening, temporalUiUrl: temporal.uiUrl, inboxUrl: mail.inboxUrl };
  const forOthers = { ...leads, ...secretKeys };
  await writeState(dataDir, { env: known(forOthers), ...urls });
  return { dataDir, env: forOthers, ...urls, worker, alongside: processes, died };
}

function known(env: Services['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}
