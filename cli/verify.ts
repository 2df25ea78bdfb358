import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Env } from '../config/env.js';
import { createSecretOpener } from '../config/secretBox.js';
import type { Period } from '../domain/period.js';
import { createRenderPool } from '../statements/index.js';
import {
  allHold,
  INVARIANT_NAMES,
  INVARIANTS,
  verifyAll,
  type Report,
  type Verdicts,
  type VerifyOptions,
} from '../verify/index.js';
import { PLACES } from '../verify/secrets.js';
import { environmentOf, withDatabase, withTemporal } from './environment.js';
import { EXIT } from './exit.js';
import { historyTexts } from '../starts/historyTexts.js';
import { dataOption, examples, jsonOption, periodOption } from './options.js';
import { dataDirOf } from './paths.js';
import { readState } from './services/stateFile.js';
import { createTerminal } from './terminal.js';

interface VerifyCommandOptions {
  programme?: string;
  period?: Period;
  data?: string;
  inbox?: string;
  render: boolean;
  documents: 'all' | 'sample';
  json?: true;
}

const RENDER_THREADS = 2;

/** `kontor verify`: the invariants over the database and the stored documents. Exit status 1 when one is broken. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Check the invariants over the database and the stored documents, and list what is wrong. Meant for a system at ' +
        'rest: a mail or a run that is under way is reported as not finished.',
    )
    .addOption(new Option('--programme <code>', 'check the rows of this programme alone (default: of every one)'))
    .addOption(periodOption())
    .addOption(dataOption())
    .addOption(new Option('--inbox <dir>', 'folder of the embedded inbox (default: that of the running services)'))
    .addOption(
      new Option('--documents <which>', 'how many documents are rendered again: all of them, or a sample')
        .choices(['all', 'sample'])
        .default('sample'),
    )
    .addOption(new Option('--no-render', 'compare documents with their hashes alone, without rendering them again'))
    .addOption(
      jsonOption(
        'print {"programmes": {CODE: {"I1": "holds" | "not checked" | "no longer kept" | [what is wrong], …}, …}, "shared": {…}, "searched": {PLACE: count | null, …}, "secretsOpened": count | null}',
      ),
    )
    .addHelpText(
      'after',
      examples(
        'kontor verify',
        'kontor verify --documents all',
        'kontor verify --programme msp --period 2026-03 --no-render --json',
      ),
    )
    .action(verify);
}

/** The inbox of services that run over the data directory; undefined where mail goes to a relay, or nothing runs. */
async function inboxOf(data: string | undefined): Promise<string | undefined> {
  const dataDir = dataDirOf(data);
  const state = await readState(dataDir);
  return state === null || state.inboxUrl === null ? undefined : join(dataDir, 'inbox');
}

/** Log files of services that Kontor starts itself. */
function logDirsOf(data: string | undefined): string[] {
  const dataDir = dataDirOf(data);
  return ['logs', 'postgres'].map((folder) => join(dataDir, folder)).filter((folder) => existsSync(folder));
}

/** With the keys of the secrets in the database, where the configuration has them. */
function opening({ SECRET_KEYS: keys }: Env): Pick<VerifyOptions, 'openSecret'> {
  if (keys === undefined) return {};
  return { openSecret: createSecretOpener(keys) };
}

type Histories = Pick<VerifyOptions, 'histories'>;

/** With the histories of the workflows, where the configuration leads to Temporal and it answers. */
async function withHistories<T>(env: Env, work: (histories: Histories) => Promise<T>): Promise<T> {
  if (env.TEMPORAL_ADDRESS === undefined) return work({});
  return withTemporal(env, (client) => work({ histories: historyTexts(client) }));
}

async function verify({
  programme,
  period,
  data,
  inbox,
  render,
  documents,
  json,
}: VerifyCommandOptions): Promise<void> {
  const inboxDir = inbox ?? (await inboxOf(data));
  const terminal = createTerminal({ json });
  const renderPool = render ? createRenderPool({ threads: RENDER_THREADS }) : null;
  const progress = terminal.progress();
  try {
    const env = await environmentOf(data);
    const report = await withHistories(env, (histories) =>
      withDatabase(env, (db) =>
        verifyAll(db, {
          ...(programme === undefined ? {} : { programme }),
          ...(period === undefined ? {} : { period }),
          ...(inboxDir === undefined ? {} : { inboxDir }),
          ...(renderPool === null ? {} : { renderPool }),
          ...histories,
          documents,
          logDirs: logDirsOf(data),
          ...opening(env),
          onProgress: (invariant, done, total) => {
            progress.set(invariant, done, total, 'statements');
          },
        }),
      ),
    );
    progress.stop();
    if (json === true) console.log(JSON.stringify(report));
    else for (const line of reportLines(report)) terminal.say(line);
    if (!allHold(report)) process.exitCode = EXIT.failed;
  } finally {
    await renderPool?.close();
  }
}

/** I10, place by place. */
function searchedLine({ searched, secretsOpened }: Report): string {
  const places = PLACES.map((place) => `${place} ${searched[place]?.toString() ?? 'not checked'}`);
  const sealed = secretsOpened?.toString() ?? 'none, SECRET_KEYS is not set';
  return `     searched for secrets: ${places.join(', ')}; of authenticators and providers: ${sealed}`;
}

function reportLines(report: Report): string[] {
  const { programmes, shared } = report;
  return [
    ...Object.entries(programmes).flatMap(([code, verdicts]) => [`Programme ${code}`, ...verdictLines(verdicts)]),
    'All programmes together',
    ...verdictLines(shared),
    searchedLine(report),
  ];
}

function verdictLines(verdicts: Verdicts): string[] {
  return INVARIANT_NAMES.flatMap((name) => {
    const verdict = verdicts[name];
    if (verdict === undefined) return [];
    const found = Array.isArray(verdict) ? verdict.map((problem) => `     - ${problem}`) : [];
    return [
      `${name.padEnd(4)} ${(Array.isArray(verdict) ? 'BROKEN' : verdict).padEnd(12)} ${INVARIANTS[name].says}`,
      ...found,
    ];
  });
}
