/** What Temporal starts by the calendar: the month-end of each programme, the contact watch, the rates of exchange, what is kept no longer, and the mail that falls due. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client';
import { decodeScheduleSpec, encodeScheduleSpec } from '@temporalio/client/lib/schedule-helpers.js';
import { msToNumber } from '@temporalio/common/lib/time.js';
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

/** The schedules that are the same for all programmes, and the month-end of each of these. */
function wanted(taskQueue: string, ends: readonly MonthEndSchedule[]): ScheduleOptions[] {
  const common = [watchContact, watchRates, retention, deliverMail].map((schedule) => schedule(taskQueue));
  return [...common, ...ends.map((end) => monthEnd(taskQueue, end))];
}

/** A schedule by its id, and what is the matter with it: it is not there, or starts something else or at other times. */
export interface ScheduleFault {
  scheduleId: string;
  fault: 'missing' | 'other';
}

/** Whatever Kontor sets of a schedule, in one form for what it would set and for what Temporal has. */
function comparable({ spec, action, policies }: Pick<ScheduleDescription, 'spec' | 'action' | 'policies'>): string {
  const calendars = (spec.calendars ?? []).map(({ comment: _comment, ...calendar }) => calendar);
  const { workflowType, taskQueue, args } = action;
  return JSON.stringify([
    ...[calendars, spec.intervals ?? [], spec.timezone ?? '', spec.endAt?.getTime() ?? null],
    ...[workflowType, taskQueue, args ?? [], policies.overlap, policies.catchupWindow],
  ]);
}

function comparableOptions({ spec, action, policies }: ScheduleOptions): string {
  return comparable({
    spec: decodeScheduleSpec(encodeScheduleSpec(spec)),
    action: action as ScheduleDescription['action'],
    policies: {
      overlap: policies?.overlap ?? ScheduleOverlapPolicy.SKIP,
      catchupWindow: msToNumber(policies?.catchupWindow ?? 0),
      pauseOnFailure: false,
    },
  });
}

async function faultOf({ temporal }: Starter, options: ScheduleOptions, now: Date): Promise<ScheduleFault | null> {
  const { scheduleId } = options;
  try {
    const found = await temporal.schedule.getHandle(scheduleId).describe();
    return comparable(found) === comparableOptions(options) ? null : { scheduleId, fault: 'other' };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    // Temporal forgets a schedule a while after its end.
    const isOver = options.spec.endAt !== undefined && options.spec.endAt <= now;
    return isOver ? null : { scheduleId, fault: 'missing' };
  }
}

/** The schedules that are not as `setSchedules` would leave them, for these programmes. Throws where Temporal does not answer. */
export async function scheduleFaults(
  starter: Starter,
  ends: readonly MonthEndSchedule[],
  now: Date,
): Promise<ScheduleFault[]> {
  const faults: ScheduleFault[] = [];
  // One after the other: a deployment asks once, and no server minds.
  for (const options of wanted(starter.taskQueue, ends)) {
    const fault = await faultOf(starter, options, now);
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

/** A schedule that Temporal did not take, and what it said. */
export interface ScheduleRefusal {
  scheduleId: string;
  reason: string;
}

/**
 * Sets the schedules that are the same for all programmes and the month-end of each of these. Idempotent; one that Temporal
 * refuses stops no other. Returns how many were set.
 */
export async function setSchedules(
  starter: Starter,
  ends: readonly MonthEndSchedule[],
): Promise<{ set: number; refused: ScheduleRefusal[] }> {
  const refused: ScheduleRefusal[] = [];
  const all = wanted(starter.taskQueue, ends);
  for (const options of all) {
    try {
      await upsert(starter, options);
    } catch (error) {
      const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
      refused.push({ scheduleId: options.scheduleId, reason: cause });
    }
  }
  return { set: all.length - refused.length, refused };
}
