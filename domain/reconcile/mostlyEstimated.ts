import { z } from 'zod';
import { units } from './evidence.js';
import { otherKind, REVIEWED } from './kind.js';
import type { Thresholds } from './thresholds.js';

/** Rule 4: more than half of an MSP's lines are estimates for the third month in a row. Accepted by default. */
export const mostlyEstimated = otherKind({
  kind: 'mostly_estimated',
  level: 'statement',
  handlings: REVIEWED,
  defaults: ['accepted'],
  decisions: ['accept'],
  evidence: z.strictObject({ estimated: units, lines: units, months: units }),
});

/** Usage lines of one month's statement, and how many of them are estimates. */
export interface MonthOfLines {
  lines: number;
  estimated: number;
}

/** `months` are this month and those directly before it, the latest first; one without a statement ends the list. */
export function detectMostlyEstimated(
  months: readonly MonthOfLines[],
  { mostlyEstimated: { sharePercent, months: inARow } }: Thresholds,
): z.output<typeof mostlyEstimated.evidence> | null {
  const [current] = months;
  const considered = months.slice(0, inARow);
  const isMostly = ({ lines, estimated }: MonthOfLines) => estimated * 100 > sharePercent * lines;
  if (current === undefined || considered.length < inARow || !considered.every(isMostly)) return null;
  return { estimated: current.estimated, lines: current.lines, months: inARow };
}
