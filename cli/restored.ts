import { Command } from 'commander';
import { ALL } from '../db/connect.js';
import { adoptBatch, databaseToken } from '../db/outbox/mailBatchStore.js';
import { markRestored } from '../db/outbox/restored.js';
import { readLastBatch } from '../starts/lastBatch.js';
import { restartClose } from '../starts/restoredClose.js';
import { environmentOf, withDatabase, withTemporal } from './environment.js';
import { dataOption, examples, jsonOption, words } from './options.js';
import { terminalActor } from './terminalActor.js';

interface Options {
  reason: string;
  as?: string;
  data?: string;
  json?: true;
}

/** `kontor restored`: says that a database was restored from a backup. Workers notice that, where Temporal's data was not. */
export function restoredCommand(): Command {
  return new Command('restored')
    .description(
      'Say that the database was restored from a backup, before any worker starts on it. Workers notice it by themselves, unless ' +
        'what Temporal keeps was put back too, or is gone. What may have been sent since ' +
        'the backup becomes uncertain instead of being sent again: mails that were due, and those that runs which were open make ' +
        'anew. Closes of those runs begin again from what the database holds, whatever Temporal has kept. Then settle the ' +
        'uncertain mails: kontor outbox reconcile.',
    )
    .requiredOption('--reason <text>', 'why, for the audit trail', words(500))
    .option('--as <email>', 'the person of the partner team who says so')
    .addOption(dataOption())
    .addOption(jsonOption('print {"uncertain", "runs"}'))
    .addHelpText('after', examples('kontor restored --reason "Disk lost, backup of 04:00"'))
    .action(restored);
}

async function restored(options: Options): Promise<void> {
  const env = await environmentOf(options.data);
  const { done, actor } = await withDatabase(env, (db) =>
    db.transaction(ALL, async (trx) => {
      const actor = await terminalActor(trx, options.as);
      return { done: await markRestored(trx, { at: new Date(), actor, reason: options.reason }), actor };
    }),
  );
  await withTemporal(env, async (temporal) => {
    const starter = { temporal, taskQueue: env.TEMPORAL_TASK_QUEUE };
    for (const { shards, ...run } of done.runs) await restartClose(starter, run, { openedBy: actor, shards });
    // Workers need not notice what somebody has said.
    await withDatabase(env, async (db) => {
      const last = await readLastBatch(starter, await db.transaction(ALL, databaseToken));
      if (last !== null) await db.transaction(ALL, (trx) => adoptBatch(trx, last));
    });
  });
  if (options.json === true) console.log(JSON.stringify(done));
  else console.log(`${done.uncertain} mails are uncertain, ${done.runs.length} closes begin again.`);
}
