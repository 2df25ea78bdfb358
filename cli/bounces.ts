import { Command } from 'commander';
import { ALL } from '../db/connect.js';
import { recordBounce } from '../db/outbox/recordBounce.js';
import { failedDeliveries } from '../delivery/index.js';
import { environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption } from './options.js';
import { readFileWithin } from './readFileWithin.js';

interface Options {
  data?: string;
  json?: true;
}

const MAX_BYTES = 64 * 1024 * 1024;

/** `kontor bounces`: reports of mails that could not be delivered. */
export function bouncesCommand(): Command {
  const command = new Command('bounces').description('Load reports of mails that were not delivered.');
  command
    .command('load')
    .description(
      'Load delivery reports (RFC 3464) from a mailbox file (mbox) or one mail, such as what arrives at MAIL_FROM. A mail ' +
        'has bounced where a report names the envelope id that the relay alone was given with it; whatever else such a file ' +
        'holds is ignored. Loading a file again changes nothing.',
    )
    .argument('<file>', 'the file')
    .addOption(dataOption())
    .addOption(jsonOption('print {"bounced", "ignored"}'))
    .addHelpText('after', examples('kontor bounces load /var/mail/kontor', 'kontor bounces load report.eml --json'))
    .action(load);
  return command;
}

async function load(path: string, options: Options): Promise<void> {
  const reports = await failedDeliveries(await readFileWithin(path, MAX_BYTES));
  const done = { bounced: 0, ignored: 0 };
  await withDatabase(await environmentOf(options.data), async (db) => {
    for (const report of reports) {
      const known = await db.transaction(ALL, (trx) => recordBounce(trx, report, new Date()));
      done[known ? 'bounced' : 'ignored'] += 1;
    }
  });
  if (options.json === true) console.log(JSON.stringify(done));
  else console.log(`${done.bounced} mails have bounced, ${done.ignored} reports are of no mail of ours or known.`);
}
