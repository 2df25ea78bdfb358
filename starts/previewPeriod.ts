import { previewPeriod, previewPeriodId, type PreviewPeriodInput } from '../workflows/previewPeriod.js';
import { start, type Starter } from './starter.js';

/** Runs a dry run of the period, or joins the one that two people asked for at once, and returns what it came to. */
export async function preview(starter: Starter, of: PreviewPeriodInput): ReturnType<typeof previewPeriod> {
  const workflowId = previewPeriodId(of);
  await start(starter, {
    workflowType: previewPeriod.name,
    workflowId,
    args: [of],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Dry run of ${of.programme} ${of.period}`,
  });
  return starter.temporal.workflow.getHandle<typeof previewPeriod>(workflowId).result();
}
