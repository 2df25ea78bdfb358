import type { Env } from '../../config/env.js';
import { ALL } from '../../db/connect.js';
import { monthEnds, type MonthEnd } from '../../db/readModels/monthEnds.js';
import { setUpTemporal, setupFaults, type SetUp, type SetupFaults } from '../../starts/temporalSetup.js';
import { withDatabase, withTemporal } from '../environment.js';

const PATIENCE_MS = 60_000;

function programmesOf(env: Env): Promise<MonthEnd[]> {
  return withDatabase(env, (db) => db.transaction(ALL, monthEnds));
}

/**
 * Sets in Temporal what workers need there: search attributes, and the schedules as the programmes stand in the database. What
 * Temporal refuses is named and stops nothing else. Throws where Temporal does not answer.
 */
export async function setUp(env: Env): Promise<SetUp> {
  const ends = await programmesOf(env);
  return withTemporal(env, (temporal) => setUpTemporal({ temporal, taskQueue: env.TEMPORAL_TASK_QUEUE }, ends));
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
  return withTemporal(
    env,
    (temporal) => {
      const starter = { temporal, taskQueue: env.TEMPORAL_TASK_QUEUE };
      return temporal.withDeadline(Date.now() + patienceMs, () => setupFaults(starter, ends, new Date()));
    },
    { patienceMs },
  );
}
