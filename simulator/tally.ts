/** What a phase did, as it is told at the end. */
export interface Tally {
  checkIns: number;
  repeatedCheckIns: number;
  reports: number;
  repeatedReports: number;
  lateReports: number;
  /** Refusals that the world asked for, by code. */
  refused: Record<string, number>;
}

export function emptyTally(): Tally {
  return { checkIns: 0, repeatedCheckIns: 0, reports: 0, repeatedReports: 0, lateReports: 0, refused: {} };
}

export function countRefusal(tally: Tally, code: string): void {
  tally.refused[code] = (tally.refused[code] ?? 0) + 1;
}
