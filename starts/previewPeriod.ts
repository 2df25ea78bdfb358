import { previewPeriod, previewPeriodId } from '../workflows/previewPeriod.js';
import { start, type Starter } from './starter.js';

/** Runs a dry run of the period, or joins the one that two people asked for at once, and returns what it came to. */
export async function preview(starter: Starter, period: string): ReturnType<typeof previewPeriod> {
  const workflowId = previewPeriodId(period);
  await start(starter, {
    workflowType: previewPeriod.name,
    workflowId,
    args: [{ period }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Dry run of ${period}`,
  });
  return starter.temporal.workflow.getHandle<typeof previewPeriod>(workflowId).result();
}
