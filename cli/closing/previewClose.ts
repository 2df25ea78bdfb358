import type { Client } from '@temporalio/client';
import type { Preview } from '../../activities/previewPeriod.js';
import type { Env } from '../../config/env.js';
import type { RunInput } from '../../domain/run.js';
import { preview } from '../../starts/previewPeriod.js';
import type { Terminal } from '../terminal.js';
import { counts } from './runView.js';

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
  terminal.say('  Nothing was written, nobody gets mail.');
  return found;
}
