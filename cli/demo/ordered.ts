import type { PreviewedMsp } from '../../activities/previewPeriod.js';
import { periodOf } from '../../domain/period.js';
import { preview } from '../../starts/previewPeriod.js';
import { runsOf, type Scene } from './scene.js';

/** What the running month would come to for the MSPs that ordered a licence today (rule 22). */
export async function billedOrders({ env, client }: Pick<Scene, 'env' | 'client'>, now: Date): Promise<PreviewedMsp[]> {
  const starter = { temporal: client, taskQueue: env.TEMPORAL_TASK_QUEUE };
  const previews = await Promise.all(runsOf(periodOf(now, 'UTC')).map((run) => preview(starter, run)));
  return previews.flatMap(({ msps }) => msps.filter(({ licences }) => licences.length > 0));
}
