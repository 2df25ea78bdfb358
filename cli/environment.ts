import { childEnvironment, readEnv, type Env } from '../config/env.js';
import { connectTemporal, type TemporalClient } from '../config/temporalClient.js';
import { connect, type Database } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';
import { findState } from './services/findState.js';

/** A command needs few connections; the services have their own. */
const POOL = 4;

/**
 * The configuration, completed by the services that run over the data directory: what the environment names wins.
 *
 * @throws KontorError CONFIGURATION_INVALID for a variable that cannot be used
 */
export async function environmentOf(data: string | undefined): Promise<Env> {
  const state = await findState(data);
  const given = Object.entries(childEnvironment({})).filter(([, value]) => value !== undefined && value !== '');
  return readEnv({ ...state?.env, ...Object.fromEntries(given) });
}

/** Runs `work` with a database connection, closed in any case. */
export async function withDatabase<T>(env: Env, work: (db: Database) => Promise<T>): Promise<T> {
  const db = connect(reachable(env, 'DATABASE_URL'), POOL, { long: true });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Runs `work` with a Temporal client, closed in any case. `patience`: how long the server may take to answer at first. */
export async function withTemporal<T>(
  env: Env,
  work: (client: TemporalClient['client']) => Promise<T>,
  patience: { patienceMs?: number } = {},
): Promise<T> {
  const address = reachable(env, 'TEMPORAL_ADDRESS');
  const temporal = await connectTemporal(env, patience).catch((error: unknown) => {
    if (error instanceof KontorError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new KontorError('TEMPORAL_UNAVAILABLE', `Temporal at ${address} does not answer: ${why}`);
  });
  try {
    return await work(temporal.client);
  } finally {
    await temporal.close();
  }
}

function reachable(env: Env, name: 'DATABASE_URL' | 'TEMPORAL_ADDRESS'): string {
  const value = env[name];
  if (value === undefined) {
    throw new KontorError(
      'CONFIGURATION_INVALID',
      `No services are running there. Start them with \`kontor up\` (the same --data), or set ${name}.`,
    );
  }
  return value;
}

/** Address of the API as people reach it, without a slash at its end; empty where nobody says. */
export async function publicUrlOf(env: Env, data: string | undefined): Promise<string> {
  return (env.PUBLIC_URL ?? (await findState(data))?.apiUrl ?? '').replace(/\/$/, '');
}
