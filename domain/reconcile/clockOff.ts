import { z } from 'zod';
import { seconds } from './evidence.js';
import { siteKind } from './kind.js';

/**
 * A site whose clock deviates by more than a day: its messages were counted at the time of receipt when they were taken
 * in; here it is put on record.
 */
export const clockOff = siteKind({
  kind: 'clock_off',
  handlings: ['automatic'],
  defaults: ['time_of_receipt'],
  decisions: [],
  evidence: z.strictObject({ offsetSeconds: seconds }),
  detect: ({ clockOffsetSeconds }, { clockOffHours }) =>
    Math.abs(clockOffsetSeconds) > clockOffHours * 3600 ? { offsetSeconds: clockOffsetSeconds } : null,
  settle: { time_of_receipt: (quantity) => quantity },
});
