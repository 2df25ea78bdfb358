import { TERMINAL } from '../domain/access/actor.js';
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { validate } from '../api/http/validation.js';
import { programmeCode } from '../api/schemas/common.js';
import { programmeInput } from '../api/schemas/programmes.js';
import type { Env } from '../config/env.js';
import { ALL, type Trx } from '../db/connect.js';
import { listProgrammes } from '../db/programmes/programmeStore.js';
import {
  saveProgramme,
  viewProgramme,
  type ProgrammeInput,
  type ProgrammeView,
} from '../db/programmes/saveProgramme.js';
import { KontorError } from '../domain/errors.js';
import { monthEndOf, type MonthEnd } from '../db/readModels/monthEnds.js';
import { ensureMonthEnd } from '../starts/schedules.js';
import { environmentOf, withDatabase, withTemporal } from './environment.js';
import { dataOption, examples, jsonOption } from './options.js';

/** Who the audit trail names for what is done at the terminal. */

interface Options {
  data?: string;
  json?: true;
}

/** `kontor programme`: programmes straight in the database, for the first one. */
export function programmeCommand(): Command {
  const command = new Command('programme').description('List, show and set programmes, straight in the database.');
  command
    .command('list')
    .description('List programmes by code.')
    .addOption(dataOption())
    .addOption(jsonOption('print an array'))
    .addHelpText('after', examples('kontor programme list'))
    .action(list);
  command
    .command('show')
    .description('Show a programme with the settings that hold for the next month it closes.')
    .argument('<programme>', 'its code')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('kontor programme show msp --json'))
    .action(show);
  command
    .command('set')
    .description(
      'Set a programme from a JSON file: {"programme", "name", "vendor", "baseCurrency", "firstPeriod", "zone", ' +
        '"settings"}, as PUT /v1/programmes/{programme} takes it, with its code. Safe to repeat. Where Temporal is ' +
        'configured its month-end schedule is set too.',
    )
    .argument('<file>', 'the JSON file')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('kontor programme set programme.json'))
    .action(set);
  return command;
}

async function list({ data, json }: Options): Promise<void> {
  const views = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, async (trx) => {
      const found: ProgrammeView[] = [];
      for (const { code } of await listProgrammes(trx)) found.push(await viewOf(trx, code));
      return found;
    }),
  );
  if (json === true) {
    console.log(JSON.stringify(views.map(toJson)));
    return;
  }
  for (const { code, name, nextPeriod, zone } of views) {
    console.log(`${code.padEnd(16)}  next month ${nextPeriod}  ${zone}  ${name}`);
  }
  if (views.length === 0) console.log('No programmes yet: kontor programme set FILE');
}

async function show(code: string, { data, json }: Options): Promise<void> {
  const view = await withDatabase(await environmentOf(data), (db) => db.transaction(ALL, (trx) => viewOf(trx, code)));
  print(view, json);
}

async function set(path: string, { data, json }: Options): Promise<void> {
  const input = await readInput(path);
  const env = await environmentOf(data);
  const change = { at: new Date(), actor: TERMINAL, reason: null };
  const { saved, monthEnd } = await withDatabase(env, (db) =>
    db.transaction(ALL, async (trx) => ({
      saved: await saveProgramme(trx, input, change),
      monthEnd: await monthEndOf(trx, input.code),
    })),
  );
  await schedule(env, monthEnd);
  print(saved, json);
}

/** The programme is saved by then: without Temporal, or when this fails, `kontor migrate` sets its schedule. */
async function schedule(env: Env, monthEnd: MonthEnd): Promise<void> {
  if (env.TEMPORAL_ADDRESS === undefined) {
    console.error('Temporal is not configured: kontor migrate sets the month-end schedule.');
    return;
  }
  await withTemporal(env, async (temporal) => {
    await ensureMonthEnd({ temporal, taskQueue: env.TEMPORAL_TASK_QUEUE }, monthEnd);
  });
}

async function viewOf(trx: Trx, code: string): Promise<ProgrammeView> {
  const view = await viewProgramme(trx, code);
  if (view === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${code}".`);
  return view;
}

async function readInput(path: string): Promise<ProgrammeInput> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new KontorError('VALIDATION_FAILED', `${path} cannot be read as JSON: ${String(error)}`);
  }
  const schema = z.strictObject({ programme: programmeCode, ...programmeInput.shape });
  const { programme: code, ...fields } = validate(schema, value, 'body');
  return { code, ...fields };
}

function toJson({ code, ...view }: ProgrammeView) {
  return { programme: code, ...view };
}

function print(view: ProgrammeView, json: true | undefined): void {
  console.log(json === true ? JSON.stringify(toJson(view)) : JSON.stringify(toJson(view), null, 2));
}
