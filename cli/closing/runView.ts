import type { ParkedMsp } from '../../db/readModels/parkedMsps.js';
import type { RunStatus } from '../../db/readModels/runStatus.js';
import { minorToDecimalString } from '../../domain/money.js';
import { stepFor } from '../../domain/parkedStep.js';

/** Amounts in minor units per currency, as decimal strings. */
export function decimalTotals(minor: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(minor)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, amount]) => [currency, minorToDecimalString(BigInt(amount), currency)]),
  );
}

/** `a 1, b 2`; `none` for nothing. */
export function counts(numbers: Record<string, number | string>): string {
  const parts = Object.entries(numbers).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** A run as lines for people. */
export function runLines(run: RunStatus, parked: readonly ParkedMsp[]): string[] {
  const { open, issued } = run.participants;
  return [
    `Run ${run.programme} ${run.period}: ${run.state}${run.sealedAt === null ? '' : ` ${run.sealedAt.toISOString()}`}, opened ${run.openedAt.toISOString()} by ${run.openedBy.name}`,
    ...(run.failure === null
      ? []
      : [
          `  Failed         ${run.failure.at}: ${run.failure.reason}`,
          `    To do: mend it, then kontor close --programme ${run.programme} --period ${run.period}`,
        ]),
    `  MSPs           ${issued} issued, ${run.participants.parked} parked, ${open} open`,
    `  Discrepancies  ${counts(run.discrepancies)}`,
    `  Open cases     ${run.openCases}`,
    `  Mails          ${counts(run.mails)}`,
    `  Totals         ${counts(decimalTotals(run.totals))}`,
    ...run.shards.map(
      ({ shard, zone, stage, msps, collectUntil, reviewUntil, issueFrom }) =>
        `  Shard ${shard}: ${stage}, ${msps} MSPs, ${zone}, collect until ${collectUntil.toISOString()}, review until ${reviewUntil.toISOString()}, issue from ${issueFrom.toISOString()}`,
    ),
    ...parked.map(
      (msp) =>
        `  Parked: ${msp.mspName} (${msp.mspId}), ${msp.reason ?? msp.code ?? 'no reason'}${
          msp.until === null ? '' : `, until ${msp.until.toISOString()}`
        }\n    To do: ${stepFor(msp, run)}`,
    ),
  ];
}
