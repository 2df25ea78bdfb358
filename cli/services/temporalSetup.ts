import { required, type Env } from '../../config/env.js';
import { connectTemporal } from '../../config/temporalClient.js';
import { ALL, connect } from '../../db/connect.js';
import { monthEnds, type MonthEnd } from '../../db/readModels/monthEnds.js';
import type { Starter } from '../../starts/starter.js';
import { setUpTemporal, setupFaults, type SetUp, type SetupFaults } from '../../starts/temporalSetup.js';

const PATIENCE_MS = 60_000;

async function programmesOf(env: Env): Promise<MonthEnd[]> {
  const db = connect(required(env, 'DATABASE_URL'), 1);
  try {
    return await db.transaction(ALL, monthEnds);
  } finally {
    await db.close();
  }
}

async function withStarter<T>(env: Env, work: (starter: Starter) => Promise<T>, patienceMs?: number): Promise<T> {
  const temporal = await connectTemporal(env, patienceMs === undefined ? {} : { patienceMs });
  try {
    return await work({ temporal: temporal.client, taskQueue: env.TEMPORAL_TASK_QUEUE });
  } finally {
    await temporal.close();
  }
}

/**
 * Sets in Temporal what workers need there: search attributes, and the schedules as the programmes stand in the database. What
 * Temporal refuses is named and stops nothing else. Throws where Temporal does not answer.
 */
export async function setUp(env: Env): Promise<SetUp> {
  const ends = await programmesOf(env);
  return withStarter(env, (starter) => setUpTemporal(starter, ends));
}

export interface Looking {
  /** The database; before that there is nobody who could read the programmes. */
  migrated: boolean;
  /** How long Temporal may take to answer, in milliseconds. */
  patienceMs?: number;
}

/** What `setUp` would change; without the programmes where the database is not migrated. Throws where Temporal does not answer. */
export async function lookAtSetup(env: Env, { migrated, patienceMs = PATIENCE_MS }: Looking): Promise<SetupFaults> {
  const ends = migrated ? await programmesOf(env) : [];
  return withStarter(
    env,
    (starter) => starter.temporal.withDeadline(Date.now() + patienceMs, () => setupFaults(starter, ends, new Date())),
    patienceMs,
  );
}
