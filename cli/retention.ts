import { Command, Option } from 'commander';
import { applyRetention } from '../db/retention/applyRetention.js';
import { dueNow, type Due } from '../db/retention/dueNow.js';
import { listHolds } from '../db/retention/holdStore.js';
import { ALL } from '../db/connect.js';
import { classOf } from '../domain/retention.js';
import { environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption } from './options.js';
import { createTerminal } from './terminal.js';
import { terminalActor } from './terminalActor.js';

/** `kontor retention`: what is kept no longer (rule 15), as a preview unless `--apply` removes it. */
export function retentionCommand(): Command {
  return new Command('retention')
    .summary('show, or remove, what is kept no longer')
    .description(
      'Show what is kept no longer by the settings of the programmes, and what legal holds keep. With --apply it is removed, ' +
        'in batches; a run that broke off is gone on with by the next one. The schedule "retention" does the same each day.',
    )
    .addOption(new Option('--apply', 'remove it'))
    .addOption(new Option('--as <address>', 'the person of the partner team who does it'))
    .addOption(dataOption())
    .addOption(
      jsonOption('print {"classes": [{"class", "programme", "keptFrom", "due", "held", "removed"?}, …], "holds": […]}'),
    )
    .addHelpText('after', examples('kontor retention', 'kontor retention --apply --as anna@vendor.example'))
    .action(retention);
}

async function retention({ apply, as, data, json }: { apply?: true; as?: string; data?: string; json?: true }) {
  const terminal = createTerminal({ json });
  const now = new Date();
  await withDatabase(await environmentOf(data), async (db) => {
    const holds = await db.transaction(ALL, (trx) => listHolds(trx, { standing: true, limit: 1_000 }));
    let classes: (Due & { removed?: number })[];
    if (apply === true) {
      const actor = await db.transaction(ALL, (trx) => terminalActor(trx, as));
      classes = await applyRetention(db, { now, actor });
    } else {
      classes = await db.transaction(ALL, (trx) => dueNow(trx, now));
    }
    if (json === true) {
      console.log(JSON.stringify({ classes, holds }));
      return;
    }
    for (const line of classes.map(lineOf)) terminal.say(line);
    for (const { companyId, programme, reason } of holds) {
      const what = companyId === null ? (programme === null ? 'everything' : `programme ${programme}`) : `company ${companyId}`;
      terminal.say(`Held: ${what}: ${reason}`);
    }
    if (apply !== true) terminal.say('Nothing was removed: --apply does that.');
  });
}

function lineOf({ class: name, programme, keptFrom, due, held, removed }: Due & { removed?: number }): string {
  const what = removed === undefined ? `${due} go` : `${removed} removed`;
  const { says } = classOf(name);
  return `${(programme ?? 'all').padEnd(12)} ${name.padEnd(13)} kept from ${keptFrom}: ${what}${held === 0 ? '' : `, ${held} held`} (${says})`;
}
