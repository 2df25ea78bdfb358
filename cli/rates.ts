import { Command } from 'commander';
import { ALL } from '../db/connect.js';
import { loadRatesByHand, type Loaded } from '../db/prices/loadRates.js';
import { parkedForRates, type ParkedForRate } from '../db/readModels/parkedForRates.js';
import { KontorError } from '../domain/errors.js';
import { readRateFile } from '../rates/rateFile.js';
import { tellRateLoaded } from '../starts/settleStatement.js';
import type { Env } from '../config/env.js';
import { environmentOf, withDatabase, withTemporal } from './environment.js';
import { dataOption, examples, jsonOption, words } from './options.js';
import { readFileWithin } from './readFileWithin.js';
import { terminalActor } from './terminalActor.js';

interface Options {
  as?: string;
  replace?: true;
  unusual?: true;
  reason?: string;
  data?: string;
  json?: true;
}

/** Everything the European Central Bank has ever published has some eight million bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** `kontor rates`: reference rates of exchange by hand (rule 24). */
export function ratesCommand(): Command {
  const command = new Command('rates').description('Load reference rates of exchange from a file.');
  command
    .command('load')
    .description(
      'Load reference rates: the European Central Bank’s XML or CSV, or a CSV under ' +
        'day,base,currency,rate,source with one rate a line. All of it or nothing. A rate that is known otherwise is refused ' +
        'unless --replace is given, and always once a statement of its month has been issued. MSPs of those months that are ' +
        'parked for want of a rate are tried again.',
    )
    .argument('<file>', 'the file')
    .option('--as <email>', 'the person of the partner team who loads them')
    .option('--replace', 'rates that are known otherwise are replaced; needs --reason')
    .option('--reason <text>', 'why, for the audit trail', words(500))
    .option('--unusual', 'rates more than half off the last one of their pair are right all the same')
    .addOption(dataOption())
    .addOption(jsonOption('print {"added", "known", "replaced", "tried"}'))
    .addHelpText(
      'after',
      examples(
        'kontor rates load eurofxref-hist-90d.xml',
        'kontor rates load kuwait.csv --as first@partner-team.example --json',
        'kontor rates load kuwait.csv --replace --reason "Digits were swapped"',
      ),
    )
    .action(load);
  return command;
}

async function load(path: string, options: Options): Promise<void> {
  const reason = options.reason ?? null;
  if (options.replace === true && reason === null) {
    throw new KontorError('REASON_REQUIRED', 'Say why rates that are known are replaced: --reason TEXT.');
  }
  const now = new Date();
  const rates = readRateFile((await readFileWithin(path, MAX_BYTES)).toString('utf8'));
  const tomorrow = new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10);
  const early = rates.find(({ day }) => day > tomorrow);
  if (early !== undefined) {
    throw new KontorError('VALIDATION_FAILED', `${path}: nobody has published rates of ${early.day} yet.`);
  }
  const env = await environmentOf(options.data);
  const { loaded, parked } = await withDatabase(env, (db) =>
    db.transaction(ALL, async (trx) => ({
      loaded: await loadRatesByHand(trx, rates, {
        at: now,
        actor: await terminalActor(trx, options.as),
        replace: options.replace === true,
        unusual: options.unusual === true,
        reason,
      }),
      parked: await parkedForRates(
        trx,
        rates.map(({ day }) => day),
      ),
    })),
  );
  await tryAgain(env, parked);
  print({ ...loaded, tried: env.TEMPORAL_ADDRESS === undefined ? 0 : parked.length }, options.json);
}

/** The rates are loaded by then: without Temporal the daily look finds the parked MSPs. */
async function tryAgain(env: Env, parked: readonly ParkedForRate[]): Promise<void> {
  if (parked.length === 0) return;
  if (env.TEMPORAL_ADDRESS === undefined) {
    console.error('Temporal is not configured: parked MSPs are tried again by the daily look at rates.');
    return;
  }
  await withTemporal(env, async (temporal) => {
    for (const of of parked) await tellRateLoaded({ temporal, taskQueue: env.TEMPORAL_TASK_QUEUE }, of);
  });
}

function print(done: Loaded & { tried: number }, json: true | undefined): void {
  if (json === true) {
    console.log(JSON.stringify(done));
    return;
  }
  const { added, known, replaced, tried } = done;
  console.log(`${added} rates are new, ${known} were known, ${replaced} replaced.`);
  if (tried > 0) console.log(`${tried} parked MSPs are tried again: kontor status.`);
}
