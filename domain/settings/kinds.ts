import { z } from 'zod';

/** What a setting may be: unit and range in words, and a schema that refuses everything else with the sentence `error`. */
export interface SettingKind<V> {
  unit: string;
  range: string;
  schema(error: string): z.ZodType<V, V>;
}

const MOST_DAYS = 3660;
const DAYS = 'days of 24 hours';

/** A deadline or a reminder in absolute time: no zone, no clock change; hours are fractions of a day. */
export const days: SettingKind<number> = {
  unit: DAYS,
  range: `more than 0, at most ${MOST_DAYS}, fractions allowed`,
  schema: (error) => z.number(error).positive(error).max(MOST_DAYS, error),
};

/** A whole number of `unit`, both bounds included. */
export function whole(unit: string, least: number, most: number): SettingKind<number> {
  return {
    unit,
    range: `whole, ${least} to ${most}`,
    schema: (error) => z.int(error).min(least, error).max(most, error),
  };
}

/** A number of days that rules count: of silence, of a term. Absolute time, as above. */
export const wholeDays = whole(DAYS, 1, MOST_DAYS);

/** A day that every month has. */
export const dayOfMonth = whole('day of the following month', 1, 28);

export const percent: SettingKind<number> = {
  unit: '%',
  range: '0 to 100, fractions allowed',
  schema: (error) => z.number(error).min(0, error).max(100, error),
};

export const flag: SettingKind<boolean> = {
  unit: 'yes or no',
  range: 'true or false',
  schema: (error) => z.boolean(error),
};

/** A time of the wall clock. */
export const timeOfDay: SettingKind<string> = {
  unit: 'HH:MM',
  range: '00:00 to 23:59',
  schema: (error) => z.string(error).regex(/^([01]\d|2[0-3]):[0-5]\d$/, error),
};

export const version: SettingKind<string> = {
  unit: 'version',
  range: '1 to 4 numbers of up to 6 digits with dots between',
  schema: (error) => z.string(error).regex(/^\d{1,6}(\.\d{1,6}){0,3}$/, error),
};

function reminders(
  unit: string,
  day: SettingKind<number>,
  order: string,
  inOrder: (earlier: number, later: number) => boolean,
): SettingKind<readonly number[]> {
  return {
    unit,
    range: `up to 10, each ${day.range}; ${order}`,
    schema: (error) =>
      z
        .array(day.schema(error), error)
        .max(10, error)
        .refine((list) => list.every((each, index) => index === 0 || inOrder(list[index - 1] ?? each, each)), error)
        .readonly(),
  };
}

/** Reminders after something began, in the order in which they are sent. */
export const remindersAfter = reminders(DAYS, days, 'ascending', (earlier, later) => earlier < later);

/** Reminders before something ends, in the order in which they are sent. */
export const remindersBefore = reminders(
  `${DAYS} before`,
  wholeDays,
  'descending',
  (earlier, later) => earlier > later,
);
