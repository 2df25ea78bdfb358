const DAY_MS = 86_400_000;

/** The instant `days` times 24 hours later; fractions allowed. Absolute time: no zone, no clock change. */
export function addDays(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS);
}

/** Whole days of 24 hours from `start` to `end`, rounded down; zero where `end` is earlier. */
export function wholeDaysBetween(start: Date, end: Date): number {
  return Math.max(0, Math.floor((end.getTime() - start.getTime()) / DAY_MS));
}
