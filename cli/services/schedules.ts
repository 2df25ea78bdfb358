import type { Env } from '../../config/env.js';
import { connectTemporal } from '../../config/temporalClient.js';
import { ALL, connect } from '../../db/connect.js';
import { required } from '../../config/env.js';
import { monthEnds } from '../../db/readModels/monthEnds.js';
import { ensureMonthEnd } from '../../starts/schedules.js';
import { registerSearchAttributes } from '../../worker/searchAttributes.js';

/** Sets the month-end schedule of every programme as it stands in the database; returns how many there are. */
export async function setSchedules(env: Env): Promise<number> {
  const db = connect(required(env, 'DATABASE_URL'), 1);
  try {
    const programmes = await db.transaction(ALL, monthEnds);
    if (programmes.length === 0) return 0;
    const temporal = await connectTemporal(env);
    try {
      // Before the first worker has started nobody has registered what the schedules carry.
      await registerSearchAttributes(temporal.client);
      const starter = { temporal: temporal.client, taskQueue: env.TEMPORAL_TASK_QUEUE };
      for (const programme of programmes) await ensureMonthEnd(starter, programme);
    } finally {
      await temporal.close();
    }
    return programmes.length;
  } finally {
    await db.close();
  }
}
