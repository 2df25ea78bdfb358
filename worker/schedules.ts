import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';

/** Rule 1: the run opens on day 1 at 04:00 programme time. */
const MONTH_END = 'month-end';

function monthEndSchedule(taskQueue: string, zone: string): ScheduleOptions {
  return {
    scheduleId: MONTH_END,
    spec: { cronExpressions: ['0 4 1 * *'], timezone: zone },
    action: {
      type: 'startWorkflow',
      workflowType: 'monthEnd',
      workflowId: MONTH_END,
      taskQueue,
      args: [],
      staticSummary: 'Starts the close of the month before',
    },
    policies: {
      // Skipping a run that overlaps would lose a month; one waits for the other instead.
      overlap: ScheduleOverlapPolicy.BUFFER_ONE,
      catchupWindow: '7 days',
    },
  };
}

/** Creates the schedule, or brings its spec and action up to date; an operator's pause stays. */
async function upsertSchedule(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(options.scheduleId).update((previous) => ({
      ...previous,
      spec: options.spec,
      action: options.action,
      policies: { ...previous.policies, ...options.policies },
    }));
  }
}

/** Brings every schedule up to date; at each start of a worker, twice is once. `zone` is the programme's. */
export async function upsertSchedules(client: Client, taskQueue: string, zone: string): Promise<void> {
  await upsertSchedule(client, monthEndSchedule(taskQueue, zone));
}
