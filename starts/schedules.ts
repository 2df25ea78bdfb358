/** What Temporal starts by the calendar: the month-end of each programme, the contact watch, the rates of exchange, what is kept no longer, and the mail that falls due. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import type { CalendarSettings } from '../domain/settings/calendar.js';
import { opensAt, type Period } from '../domain/period.js';
import { RETENTION_SCHEDULE } from '../workflows/applyRetention.js';
import { PROGRAMME } from '../workflows/searchAttributes.js';
import { WATCH_CONTACT_SCHEDULE } from '../workflows/watchContact.js';
import { WATCH_RATES_SCHEDULE } from '../workflows/watchRates.js';
import type { Starter } from './starter.js';

interface Started {
  taskQueue: string;
  workflow: string;
  args: unknown[];
  summary: string;
}

/** The schedule's workflow has the schedule's id; Temporal appends the instant. */
function action(id: string, { taskQueue, workflow, args, summary }: Started): ScheduleOptions['action'] {
  return { type: 'startWorkflow', workflowType: workflow, workflowId: id, taskQueue, args, staticSummary: summary };
}

/** A programme's month-end: when its runs open, in its own zone. */
export interface MonthEndSchedule {
  programme: string;
  /** IANA time zone. */
  zone: string;
  calendar: CalendarSettings;
  /** Of a programme that was ended: no run opens after that of this month. */
  lastPeriod: Period | null;
}

const DAY_MS = 86_400_000;

export function monthEndScheduleId(programme: string): string {
  return `month-end:${programme}`;
}

/** Rule 1: when the run opens, programme time. There is no "last day" in calendars: a day of the month closes the month before. */
function monthEnd(taskQueue: string, { programme, zone, calendar, lastPeriod }: MonthEndSchedule): ScheduleOptions {
  const id = monthEndScheduleId(programme);
  const [hour, minute] = calendar.openTime.split(':').map(Number);
  return {
    scheduleId: id,
    spec: {
      calendars: [{ dayOfMonth: calendar.openDay, hour: hour ?? 0, minute: minute ?? 0 }],
      timezone: zone,
      ...(lastPeriod === null ? {} : { endAt: new Date(opensAt(lastPeriod, zone, calendar).getTime() + DAY_MS) }),
    },
    action: action(id, {
      taskQueue,
      workflow: 'monthEnd',
      args: [{ programme, zone }],
      summary: `Starts the close of the month before, programme ${programme}`,
    }),
    typedSearchAttributes: [{ key: PROGRAMME, value: programme }],
    // Skipping a run that overlaps would lose a month; one waits for the other instead.
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '7 days' },
  };
}

function watchContact(taskQueue: string): ScheduleOptions {
  const { scheduleId, calendar, args } = WATCH_CONTACT_SCHEDULE;
  return {
    scheduleId,
    spec: { calendars: [calendar] },
    action: action(scheduleId, {
      taskQueue,
      workflow: 'watchContact',
      args: [...args],
      summary: 'Warns, blocks and disables sites out of contact, tells of licences that end',
    }),
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '1 day' },
  };
}

function watchRates(taskQueue: string): ScheduleOptions {
  const { scheduleId, calendar, timezone, args } = WATCH_RATES_SCHEDULE;
  return {
    scheduleId,
    spec: { calendars: [calendar], timezone },
    action: action(scheduleId, {
      taskQueue,
      workflow: 'watchRates',
      args: [...args],
      summary: 'Loads reference rates, and has MSPs that wait for one tried again',
    }),
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '1 day' },
  };
}

function retention(taskQueue: string): ScheduleOptions {
  const { scheduleId, calendar, args } = RETENTION_SCHEDULE;
  return {
    scheduleId,
    spec: { calendars: [calendar] },
    action: action(scheduleId, {
      taskQueue,
      workflow: 'applyRetention',
      args: [...args],
      summary: 'Removes what is kept no longer (rule 15)',
    }),
    // The next day's run removes what this one did not.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
  };
}

/** Deferred mails come due within minutes; one drain at a time is enough, and a missed one needs no catching up. */
function deliverMail(taskQueue: string): ScheduleOptions {
  const id = 'deliver-mail';
  return {
    scheduleId: id,
    spec: { intervals: [{ every: '5 minutes' }] },
    action: action(id, { taskQueue, workflow: 'deliverMail', args: [], summary: 'Sends mails that have fallen due' }),
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  };
}

/** Creates the schedule, or brings its spec and action up to date; an operator's pause stays. */
async function upsert({ temporal }: Pick<Starter, 'temporal'>, options: ScheduleOptions): Promise<void> {
  try {
    await temporal.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await temporal.schedule.getHandle(options.scheduleId).update((previous) => ({
      ...previous,
      spec: options.spec,
      action: options.action,
      policies: { ...previous.policies, ...options.policies },
    }));
  }
}

/**
 * Sets when a programme's month-end runs open. Idempotent by programme; called when the programme or its settings are
 * saved, when a run was opened, since the next month may have another calendar or zone, and by `kontor migrate`.
 */
export function ensureMonthEnd(starter: Starter, of: MonthEndSchedule): Promise<void> {
  return upsert(starter, monthEnd(starter.taskQueue, of));
}

/** Sets the schedules that are the same for all programmes. Idempotent; at each start of a worker. */
export async function ensureCommonSchedules(starter: Starter): Promise<void> {
  for (const schedule of [watchContact, watchRates, retention, deliverMail]) {
    await upsert(starter, schedule(starter.taskQueue));
  }
}
