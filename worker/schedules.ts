import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { WATCH_CONTACT_SCHEDULE } from '../workflows/watchContact.js';

interface Starts {
  taskQueue: string;
  workflow: string;
  args: unknown[];
  summary: string;
}

/** The schedule's workflow has the schedule's id; Temporal appends the instant. */
function start(id: string, { taskQueue, workflow, args, summary }: Starts): ScheduleOptions['action'] {
  return { type: 'startWorkflow', workflowType: workflow, workflowId: id, taskQueue, args, staticSummary: summary };
}

/** Rule 1: the run opens on day 1 at 04:00 programme time. There is no "last day" in calendars, so day 1 closes the month before. */
function monthEnd(taskQueue: string, zone: string): ScheduleOptions {
  const id = 'month-end';
  return {
    scheduleId: id,
    spec: { calendars: [{ dayOfMonth: 1, hour: 4 }], timezone: zone },
    action: start(id, { taskQueue, workflow: 'monthEnd', args: [], summary: 'Starts the close of the month before' }),
    // Skipping a run that overlaps would lose a month; one waits for the other instead.
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '7 days' },
  };
}

function watchContact(taskQueue: string): ScheduleOptions {
  const { scheduleId, calendar, args } = WATCH_CONTACT_SCHEDULE;
  return {
    scheduleId,
    spec: { calendars: [calendar] },
    action: start(scheduleId, {
      taskQueue,
      workflow: 'watchContact',
      args: [...args],
      summary: 'Warns, blocks and disables sites out of contact',
    }),
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '1 day' },
  };
}

/** Deferred mails come due within minutes; one drain at a time is enough, and a missed one needs no catching up. */
function deliverMail(taskQueue: string): ScheduleOptions {
  const id = 'deliver-mail';
  return {
    scheduleId: id,
    spec: { intervals: [{ every: '5 minutes' }] },
    action: start(id, { taskQueue, workflow: 'deliverMail', args: [], summary: 'Sends mails that have fallen due' }),
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  };
}

/** Creates the schedule, or brings its spec and action up to date; an operator's pause stays. */
async function upsert(client: Client, options: ScheduleOptions): Promise<void> {
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
  for (const schedule of [monthEnd(taskQueue, zone), watchContact(taskQueue), deliverMail(taskQueue)]) {
    await upsert(client, schedule);
  }
}
