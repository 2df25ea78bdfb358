import type { Env } from '../../config/env.js';
import { connectTemporal } from '../../config/temporalClient.js';
import { ALL, connect } from '../../db/connect.js';
import { required } from '../../config/env.js';
import { monthEnds } from '../../db/readModels/monthEnds.js';
import { ensureMonthEnd } from '../../starts/schedules.js';
import { registerSearchAttributes } from '../../worker/searchAttributes.js';

/** How many month-end schedules were set, and why others were not, a sentence for each programme. */
export interface SchedulesSet {
  set: number;
  failed: string[];
}

/** Sets the month-end schedule of every programme as it stands in the database: one that Temporal refuses stops no other. */
export async function setSchedules(env: Env): Promise<SchedulesSet> {
  const db = connect(required(env, 'DATABASE_URL'), 1);
  try {
    const programmes = await db.transaction(ALL, monthEnds);
    const failed: string[] = [];
    if (programmes.length === 0) return { set: 0, failed };
    const temporal = await connectTemporal(env);
    try {
      // Before the first worker has started nobody has registered what the schedules carry.
      await registerSearchAttributes(temporal.client);
      const starter = { temporal: temporal.client, taskQueue: env.TEMPORAL_TASK_QUEUE };
      for (const end of programmes) {
        try {
          await ensureMonthEnd(starter, end);
        } catch (error) {
          const reason =
            error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
          failed.push(
            `The month-end schedule of "${end.programme}" was not set (${reason}): correct its zone and calendar.`,
          );
        }
      }
    } finally {
      await temporal.close();
    }
    return { set: programmes.length - failed.length, failed };
  } finally {
    await db.close();
  }
}
