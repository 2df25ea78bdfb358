import { Command } from 'commander';
import { ALL, type Trx } from '../db/connect.js';
import { parkedMsps, type ParkedMsp } from '../db/readModels/parkedMsps.js';
import { runList, type RunSummary } from '../db/readModels/runList.js';
import { runStatus, type RunStatus } from '../db/readModels/runStatus.js';
import { KontorError } from '../domain/errors.js';
import type { Period } from '../domain/period.js';
import { decimalTotals, runLines, whatToDo } from './closing/runView.js';
import { environmentOf, withDatabase } from './environment.js';
import { dataOption, examples, jsonOption, periodOption } from './options.js';

const RUNS = 24;
const PARKED = 100;

interface StatusOptions {
  period?: Period;
  data?: string;
  json?: true;
}

/** `kontor status`: where the runs stand and what waits for a person. */
export function statusCommand(): Command {
  return new Command('status')
    .summary('show the runs and what waits for a person')
    .description(
      'Show the runs, and of one (the given one, else the latest) its shards with their deadlines, participants, parked ' +
        'MSPs with the reason and what to do, open cases, mails by state and totals.',
    )
    .addOption(periodOption())
    .addOption(dataOption())
    .addOption(jsonOption('print {"runs", "run", "parked"}'))
    .addHelpText('after', examples('kontor status', 'kontor status --period 2026-03 --json'))
    .action(status);
}

async function status({ period, data, json }: StatusOptions): Promise<void> {
  const found = await withDatabase(await environmentOf(data), (db) => db.transaction(ALL, (trx) => load(trx, period)));
  if (json === true) {
    console.log(JSON.stringify(asJson(found)));
    return;
  }
  if (found.runs.length === 0) console.log('No period has been closed yet: kontor close --period YYYY-MM');
  for (const { period, state, participants } of found.runs) {
    console.log(
      `${period}  ${state}  ${participants.issued} issued, ${participants.parked} parked, ${participants.open} open`,
    );
  }
  if (found.run !== null) console.log(`\n${runLines(found.run, found.parked).join('\n')}`);
}

interface Found {
  runs: RunSummary[];
  run: RunStatus | null;
  parked: ParkedMsp[];
}

async function load(trx: Trx, period: Period | undefined): Promise<Found> {
  const runs = await runList(trx, { limit: RUNS });
  const wanted = period ?? runs[0]?.period;
  if (wanted === undefined) return { runs, run: null, parked: [] };
  const run = await runStatus(trx, wanted);
  if (run === undefined) throw new KontorError('NOT_FOUND', `No run of ${wanted} has been opened.`);
  return { runs, run, parked: await parkedMsps(trx, { period: wanted, limit: PARKED }) };
}

function asJson({ runs, run, parked }: Found) {
  return {
    runs,
    run: run === null ? null : { ...run, totals: decimalTotals(run.totals) },
    parked: parked.map((msp) => ({ ...msp, toDo: whatToDo(msp, run?.period ?? '') })),
  };
}
