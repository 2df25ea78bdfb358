import { Command } from 'commander';
import { ALL, type Trx } from '../db/connect.js';
import { onlyProgramme } from '../db/programmes/onlyProgramme.js';
import { caseList } from '../db/readModels/caseList.js';
import { parkedMsps, type ParkedMsp } from '../db/readModels/parkedMsps.js';
import { runList, type RunSummary } from '../db/readModels/runList.js';
import { runStatus, type RunStatus } from '../db/readModels/runStatus.js';
import { KontorError } from '../domain/errors.js';
import type { Period } from '../domain/period.js';
import { decimalTotals, runLines } from './closing/runView.js';
import { stepFor } from '../domain/parkedStep.js';
import { messagesFor } from '../locales/index.js';
import { setupWarnings } from '../starts/temporalSetup.js';
import type { Env } from '../config/env.js';
import { doubtedSinceRestore, restoreWarnings } from '../db/outbox/restored.js';
import { environmentOf, withDatabase } from './environment.js';
import { describeFailure } from './failure.js';
import { dataOption, examples, jsonOption, periodOption, programmeOption } from './options.js';
import { lookAtSetup } from './services/temporalSetup.js';

const RUNS = 24;
const PARKED = 100;
/** Whoever asks how things stand does not wait longer for a Temporal that is away. */
const TEMPORAL_MS = 5_000;

interface StatusOptions {
  programme?: string;
  period?: Period;
  data?: string;
  json?: true;
}

/** `kontor status`: where the runs stand and what waits for a person. */
export function statusCommand(): Command {
  return new Command('status')
    .description(
      'Show the runs of every programme, or of one, and of the latest of each (or the given month) its shards with their deadlines, participants, parked ' +
        'MSPs with the reason and what to do, open cases, mails by state and totals; what came after the last statement of ' +
        'an MSP that has left; and what is missing in Temporal, or in doubt since a restore.',
    )
    .addOption(programmeOption())
    .addOption(periodOption())
    .addOption(dataOption())
    .addOption(jsonOption('print {"runs", "details", "afterLast", "warnings"}'))
    .addHelpText('after', examples('kontor status', 'kontor status --programme msp --period 2026-03 --json'))
    .action(status);
}

async function status({ programme, period, data, json }: StatusOptions): Promise<void> {
  const env = await environmentOf(data);
  const [{ doubted, ...found }, temporal] = await Promise.all([
    withDatabase(env, (db) =>
      db.transaction(ALL, async (trx) => ({
        ...(await load(trx, programme, period)),
        doubted: await doubtedSinceRestore(trx),
      })),
    ),
    temporalWarnings(env),
  ]);
  const warnings = [...restoreWarnings(doubted), ...temporal];
  if (json === true) {
    console.log(JSON.stringify({ ...asJson(found), warnings }));
    return;
  }
  for (const warning of warnings) console.log(warning);
  if (found.runs.length === 0)
    console.log('No month has been closed yet: kontor close --programme CODE --period YYYY-MM');
  for (const run of found.runs) {
    const { issued, parked, open } = run.participants;
    console.log(`${run.programme}  ${run.period}  ${run.state}  ${issued} issued, ${parked} parked, ${open} open`);
  }
  for (const { run, parked } of found.details) console.log(`\n${runLines(run, parked).join('\n')}`);
  for (const { mspName, toDo } of found.afterLast) console.log(`\n${mspName}, which has left: ${toDo}`);
}

/** A sentence for each thing that is not as it has to be in Temporal, where one is configured. */
async function temporalWarnings(env: Env): Promise<string[]> {
  if (env.TEMPORAL_ADDRESS === undefined) return [];
  try {
    return setupWarnings(await lookAtSetup(env, { migrated: true, patienceMs: TEMPORAL_MS }));
  } catch (error) {
    return [`What Temporal at ${env.TEMPORAL_ADDRESS} holds is not known: ${describeFailure(error).message}`];
  }
}

interface Found {
  runs: RunSummary[];
  details: { run: RunStatus; parked: ParkedMsp[] }[];
  afterLast: AfterLast[];
}

/** An open case of what no statement of an MSP books any more, in words. */
interface AfterLast {
  caseId: string;
  programme: string;
  mspName: string;
  toDo: string;
}

async function loadAfterLast(trx: Trx, programme: string | undefined): Promise<AfterLast[]> {
  const open = await caseList(trx, { programme, kind: 'after_last_statement', state: 'open', limit: PARKED });
  return open.flatMap((found) =>
    found.kind === 'after_last_statement'
      ? [
          {
            ...{ caseId: found.id, programme: found.programme, mspName: found.mspName ?? '' },
            toDo: messagesFor('en').discrepancies.after_last_statement.evidence(found.evidence),
          },
        ]
      : [],
  );
}

async function load(trx: Trx, programme: string | undefined, period: Period | undefined): Promise<Found> {
  if (programme !== undefined) await onlyProgramme(trx, programme);
  const runs = await runList(trx, { programme, limit: RUNS });
  // The list begins with the latest of each programme.
  const shown = runs.filter(
    (run, index) =>
      run.state !== 'skipped' &&
      (period === undefined
        ? runs.findIndex((other) => other.programme === run.programme && other.state !== 'skipped') === index
        : run.period === period),
  );
  if (period !== undefined && shown.length === 0) {
    throw new KontorError('NOT_FOUND', `No run of ${period} has been opened.`);
  }
  const details: Found['details'] = [];
  for (const key of shown) {
    const run = await runStatus(trx, key);
    if (run !== undefined) details.push({ run, parked: await parkedMsps(trx, { ...key, limit: PARKED }) });
  }
  return { runs, details, afterLast: await loadAfterLast(trx, programme) };
}

function asJson({ runs, details, afterLast }: Found) {
  return {
    runs,
    afterLast,
    details: details.map(({ run, parked }) => ({
      run: { ...run, totals: decimalTotals(run.totals) },
      parked: parked.map((msp) => ({ ...msp, toDo: stepFor(msp, run) })),
    })),
  };
}
