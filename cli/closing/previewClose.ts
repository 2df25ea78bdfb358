import type { Client } from '@temporalio/client';
import type { Preview, PreviewedMsp } from '../../activities/previewPeriod.js';
import type { Env } from '../../config/env.js';
import type { RunInput } from '../../domain/run.js';
import { preview } from '../../starts/previewPeriod.js';
import type { Terminal } from '../terminal.js';
import { counts } from './runView.js';

const SHOWN = 20;

/** An MSP in a line: what its statement would come to, its licences, and why it would wait. */
export function previewLines({ mspName, total, licences, parked }: PreviewedMsp): string[] {
  const currency = total?.currency ?? '';
  const amount = total === null ? 'no amount' : `${total.amount} ${currency}`;
  const waits = parked === null ? '' : `; parked by ${parked.code}: ${parked.reason}`;
  return [
    `${mspName}: ${amount}${waits}`,
    ...licences.map(
      ({ count, meter, siteName, startsOn, endsOn, amount: price }) =>
        `  ${count} × ${meter} at ${siteName}, ${startsOn} to ${endsOn}: ${price} ${currency}`,
    ),
  ];
}

/** The totals a close would come to now, worked out by a worker in a transaction that is rolled back. */
export async function previewClose(
  { env, client, terminal }: { env: Env; client: Client; terminal: Terminal },
  run: RunInput,
): Promise<Preview> {
  const found = await preview({ temporal: client, taskQueue: env.TEMPORAL_TASK_QUEUE }, run);
  terminal.say(
    `Dry run of ${run.programme} ${run.period}: ${found.statements} statements, ${found.parked} MSPs would be parked.`,
  );
  terminal.say(`  Totals         ${counts(found.totals)}`);
  if (Object.keys(found.licences).length > 0) terminal.say(`  Term licences  ${counts(found.licences)}`);
  terminal.say(`  Discrepancies  ${counts(found.discrepancies)}; ${found.openCases} open for people to decide`);
  // At a terminal those are looked at that somebody would have to look at; --json has them all.
  const shown = found.msps.filter(({ parked, licences }) => parked !== null || licences.length > 0);
  for (const line of shown.slice(0, SHOWN).flatMap(previewLines)) terminal.say(`    ${line}`);
  if (shown.length > SHOWN) terminal.say(`    and ${shown.length - SHOWN} more: see --json`);
  terminal.say('  Nothing was written, nobody gets mail.');
  return found;
}
