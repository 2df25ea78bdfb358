import type { Client } from '@temporalio/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Env } from '../config/env.js';
import { ALL, type Database } from '../db/connect.js';
import { requireOrder, requireOver } from '../db/closing/mayOpen.js';
import { runState } from '../db/closing/openRun.js';
import { onlyProgramme } from '../db/programmes/onlyProgramme.js';
import { parkedMsps } from '../db/readModels/parkedMsps.js';
import { runStatus } from '../db/readModels/runStatus.js';
import { KontorError } from '../domain/errors.js';
import type { Period } from '../domain/period.js';
import type { RunKey } from '../domain/run.js';
import { closePeriodId, closeResult, startClose } from '../starts/closePeriod.js';
import { previewClose } from './closing/previewClose.js';
import { followClose } from './closing/followClose.js';
import { decimalTotals, runLines } from './closing/runView.js';
import { environmentOf, withDatabase, withTemporal } from './environment.js';
import { dataOption, examples, jsonOption, periodOption, programmeOption, words } from './options.js';
import { createTerminal, type Terminal } from './terminal.js';
import { terminalActor } from './terminalActor.js';

interface CloseOptions {
  programme?: string;
  period: Period;
  as?: string;
  wait: boolean;
  zeroWaits?: true;
  collectUntil?: Date;
  reviewUntil?: Date;
  dryRun?: true;
  skipReason?: string;
  data?: string;
  json?: true;
}

interface Place {
  env: Env;
  client: Client;
  db: Database;
  terminal: Terminal;
}

/** `kontor close`: what the month-end schedule does, by hand. */
export function closeCommand(): Command {
  return new Command('close')
    .description(
      'Close a month: reconcile, issue statements, mail them. There is one run per programme and period: a second ' +
        'start joins the first and changes none of its deadlines. Shows progress until the run is sealed; leaving it does not stop it.',
    )
    .addOption(programmeOption())
    .addOption(periodOption().makeOptionMandatory())
    .option('--as <email>', 'the person of the partner team who starts it: rule 18 counts that pair of eyes')
    .option('--no-wait', 'start it and return at once')
    .option('--zero-waits', 'neither collect nor review any longer: all deadlines are now')
    .addOption(instantOption('--collect-until <instant>', 'collect usage until then, in every zone'))
    .addOption(instantOption('--review-until <instant>', 'let cases be reviewed until then, in every zone'))
    .option(
      '--skip-reason <text>',
      'leave the months before it that were never closed out for good, and say why',
      words(500),
    )
    .option('--dry-run', 'show totals and open cases; nothing is written and nobody gets mail')
    .addOption(dataOption())
    .addOption(jsonOption('print the outcome as one JSON object on stdout'))
    .addHelpText(
      'after',
      examples(
        'kontor close --period 2026-03 --dry-run',
        'kontor close --programme msp --period 2026-03 --as first@partner-team.example --no-wait',
        'kontor close --period 2026-03 --collect-until 2026-04-03T22:00:00Z --json',
      ),
    )
    .action(close);
}

function instantOption(flags: string, description: string): Option {
  return new Option(flags, description).conflicts('zeroWaits').argParser((text) => {
    const instant = new Date(text);
    if (!/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(instant.getTime())) {
      throw new InvalidArgumentError('An instant such as 2026-04-03T22:00:00Z.');
    }
    return instant;
  });
}

async function close(options: CloseOptions): Promise<void> {
  const env = await environmentOf(options.data);
  const terminal = createTerminal({ json: options.json });
  await withDatabase(env, (db) =>
    withTemporal(env, async (client) => {
      const place = { env, client, db, terminal };
      const key = await db.transaction(ALL, async (trx) => ({
        programme: await onlyProgramme(trx, options.programme),
        period: options.period,
      }));
      const outcome = options.dryRun === true ? await previewClose(place, key) : await run(place, key, options);
      if (options.json === true) console.log(JSON.stringify(outcome));
    }),
  );
}

async function run({ env, client, db, terminal }: Place, key: RunKey, options: CloseOptions) {
  const { programme, period } = key;
  const now = new Date();
  const skipReason = options.skipReason ?? null;
  const state = await db.transaction(ALL, async (trx) => {
    await requireOver(trx, key, now);
    const known = await runState(trx, key);
    if (known === undefined) await requireOrder(trx, key, { skip: skipReason !== null });
    return known;
  });
  const openedBy = await db.transaction(ALL, (trx) => terminalActor(trx, options.as));
  const sealed = state === 'sealed' || state === 'skipped';
  const workflowId = closePeriodId(programme, period);
  const zero = options.zeroWaits === true ? now.toISOString() : null;
  const joined =
    sealed ||
    !(await startClose(
      { temporal: client, taskQueue: env.TEMPORAL_TASK_QUEUE },
      {
        ...key,
        openedBy,
        collectUntil: zero ?? options.collectUntil?.toISOString() ?? null,
        reviewUntil: zero ?? options.reviewUntil?.toISOString() ?? null,
        skipReason,
      },
      { unsealed: true },
    ));
  const name = `${period} of "${programme}"`;
  if (sealed) terminal.say(`${name} is ${state === 'skipped' ? 'left out for good' : 'closed and sealed already'}.`);
  else if (joined) terminal.say(`The close of ${name} is going on: joined it; its deadlines stay.`);
  else terminal.say(`The close of ${name} has started (workflow ${workflowId}).`);
  if (!options.wait) return { ...key, workflowId, joined };
  if (!sealed) {
    const progress = terminal.progress();
    const over = closeResult({ temporal: client }, key);
    await followClose({ db, run: key, progress }, over).finally(progress.stop);
  }
  const [status, parked] = await db.transaction(ALL, async (trx) => [
    await runStatus(trx, key),
    await parkedMsps(trx, { ...key, limit: 100 }),
  ]);
  if (status === undefined) throw new KontorError('NOT_FOUND', `The run of ${name} was never opened.`);
  for (const line of runLines(status, parked)) terminal.say(line);
  return { workflowId, joined, ...status, totals: decimalTotals(status.totals), parked };
}
