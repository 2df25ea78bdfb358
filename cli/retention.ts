import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { applyRetention } from '../db/retention/applyRetention.js';
import { endHold, setHold } from '../db/retention/changeHold.js';
import { dueNow, type Due } from '../db/retention/dueNow.js';
import { listHolds } from '../db/retention/holdStore.js';
import { ALL } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';
import { classOf } from '../domain/retention.js';
import { environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption, words } from './options.js';
import { createTerminal } from './terminal.js';
import { terminalActor } from './terminalActor.js';

/** `kontor retention`: what is kept no longer (rule 15), as a preview unless `--apply` removes it; and legal holds. */
export function retentionCommand(): Command {
  const command = new Command('retention')
    // Options after a command below are its own.
    .enablePositionalOptions()
    .description(
      'Show what is kept no longer by the settings of the programmes, and what legal holds keep. With --apply it is removed, ' +
        'in batches; a run that broke off is gone on with by the next one. The schedule "retention" does the same each day.',
    )
    .addOption(new Option('--apply', 'remove it'))
    .addOption(asOption())
    .addOption(dataOption())
    .addOption(
      jsonOption('print {"classes": [{"class", "programme", "keptFrom", "due", "held", "removed"?}, …], "holds": […]}'),
    )
    .addHelpText('after', examples('kontor retention', 'kontor retention --apply --as anna@vendor.example'))
    .action(retention);
  command
    .command('hold')
    .description('Set a legal hold: nothing of what it names is removed or erased until it is lifted.')
    .addOption(new Option('--company <id>', 'over a company').argParser(uuid).conflicts(['over', 'everything']))
    .addOption(new Option('--over <programme>', 'over a programme, by its code').conflicts('everything'))
    .addOption(new Option('--everything', 'over everything'))
    .requiredOption('--reason <text>', 'as the audit trail will say', words(500))
    .addOption(asOption())
    .addOption(dataOption())
    .addOption(jsonOption('print the hold'))
    .addHelpText('after', examples('kontor retention hold --company 5d0a… --reason "lawsuit 12 O 34/26"'))
    .action(hold);
  command
    .command('lift')
    .description('Lift a legal hold.')
    .argument('<id>', 'as `kontor retention` lists it', uuid)
    .requiredOption('--reason <text>', 'as the audit trail will say', words(500))
    .addOption(asOption())
    .addOption(dataOption())
    .addOption(jsonOption('print {"id", "lifted"}'))
    .addHelpText('after', examples('kontor retention lift 7c1e… --reason "settled"'))
    .action(lift);
  return command;
}

const asOption = () => new Option('--as <address>', 'the person of the partner team who does it');

function uuid(text: string): string {
  if (!z.uuid().safeParse(text).success) throw new InvalidArgumentError('A UUID.');
  return text.toLowerCase();
}

interface ChangeOptions {
  reason: string;
  as?: string;
  data?: string;
  json?: true;
}

interface HoldOptions extends ChangeOptions {
  company?: string;
  over?: string;
  everything?: true;
}

async function hold({ company, over, everything, reason, as, data, json }: HoldOptions): Promise<void> {
  if (company === undefined && over === undefined && everything !== true) {
    throw new KontorError('VALIDATION_FAILED', 'Say what is held: --company, --over or --everything.');
  }
  const subject = { companyId: company ?? null, programme: over ?? null };
  const set = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, async (trx) => {
      const actor = await terminalActor(trx, as);
      return setHold(trx, subject, { id: randomUUID(), reason, at: new Date(), actor });
    }),
  );
  console.log(json === true ? JSON.stringify(set) : `Held: ${set.id}`);
}

async function lift(id: string, { reason, as, data, json }: ChangeOptions): Promise<void> {
  await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, async (trx) => {
      const actor = await terminalActor(trx, as);
      await endHold(trx, { id, reason, at: new Date(), actor });
    }),
  );
  console.log(json === true ? JSON.stringify({ id, lifted: true }) : 'Lifted.');
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
    for (const { id, companyId, programme, reason } of holds) {
      const what =
        companyId === null ? (programme === null ? 'everything' : `programme ${programme}`) : `company ${companyId}`;
      terminal.say(`Hold ${id} over ${what}: ${reason}`);
    }
    if (apply !== true) terminal.say('Nothing was removed: --apply does that.');
  });
}

function lineOf({ class: name, programme, keptFrom, due, held, removed }: Due & { removed?: number }): string {
  const what = removed === undefined ? `${due} go` : `${removed} removed`;
  const { says } = classOf(name);
  return `${(programme ?? 'all').padEnd(12)} ${name.padEnd(13)} kept from ${keptFrom}: ${what}${held === 0 ? '' : `, ${held} held`} (${says})`;
}
