import { Command } from 'commander';
import { ALL } from '../db/connect.js';
import { settleByLog } from '../db/outbox/restored.js';
import { readRelayLog } from '../delivery/index.js';
import { environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption } from './options.js';
import { readFileWithin } from './readFileWithin.js';
import { terminalActor } from './terminalActor.js';

interface Options {
  log: string;
  complete?: true;
  as?: string;
  data?: string;
  json?: true;
}

const MAX_BYTES = 256 * 1024 * 1024;

/** `kontor outbox`: mails of which nobody knows whether they were accepted. */
export function outboxCommand(): Command {
  const command = new Command('outbox').description('Settle mails of which nobody knows whether they were accepted.');
  command
    .command('reconcile')
    .description(
      'Settle uncertain mails by the log of the relay (Postfix), by Message-ID: what it has queued was sent, what it says has ' +
        'bounced has. With --complete, what it does not name was never accepted and is due again.',
    )
    .requiredOption('--log <file>', 'the log of the relay')
    .option('--complete', 'the log covers everything that was sent: what it does not name is sent')
    .option('--as <email>', 'the person of the partner team who says so')
    .addOption(dataOption())
    .addOption(jsonOption('print {"sent", "bounced", "pending", "uncertain"}'))
    .addHelpText(
      'after',
      examples(
        'kontor outbox reconcile --log /var/log/mail.log',
        'kontor outbox reconcile --log mail.log --complete --json',
      ),
    )
    .action(reconcile);
  return command;
}

async function reconcile(options: Options): Promise<void> {
  const log = readRelayLog((await readFileWithin(options.log, MAX_BYTES)).toString('utf8'));
  const complete = options.complete === true;
  const settled = await withDatabase(await environmentOf(options.data), (db) =>
    db.transaction(ALL, async (trx) =>
      settleByLog(trx, { ...log, complete }, { at: new Date(), actor: await terminalActor(trx, options.as) }),
    ),
  );
  if (options.json === true) {
    console.log(JSON.stringify(settled));
    return;
  }
  console.log(`${settled.sent} were sent, ${settled.bounced} have bounced, ${settled.pending} are due again.`);
  if (settled.uncertain > 0) console.log(`${settled.uncertain} are still uncertain: GET /v1/outbox?state=uncertain.`);
}
