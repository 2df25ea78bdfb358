import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Period } from '../domain/period.js';
import { exportPeriod } from '../export/index.js';
import { environmentOf, withDatabase } from './environment.js';
import { madeFolder } from './services/dataFolder.js';
import { dataOption, examples, jsonOption, periodOption, programmeOption } from './options.js';
import { createTerminal } from './terminal.js';

interface ExportCommandOptions {
  programme?: string;
  period: Period;
  dir: string;
  force?: true;
  data?: string;
  json?: true;
}

/** `kontor export`: one month of a programme for auditors, as CSV with a manifest of hashes. */
export function exportCommand(): Command {
  return new Command('export')
    .description(
      'Write a month of a programme for auditors: participants, settings, check-ins, usage reports, cases and decisions, ' +
        'price plans, the prices and rates used, statement lines and totals as CSV, and a manifest with the SHA-256 of each file, control totals and seal. The same month ' +
        'gives the same bytes.',
    )
    .addOption(programmeOption())
    .addOption(periodOption().makeOptionMandatory())
    .addOption(new Option('--dir <dir>', 'folder to write to; made if it is not there').makeOptionMandatory())
    .addOption(new Option('--force', 'write over an earlier export in that folder'))
    .addOption(dataOption())
    .addOption(jsonOption('print the manifest'))
    .addHelpText('after', examples('kontor export --programme msp --period 2026-03 --dir audit/2026-03'))
    .action(write);
}

async function write({ programme, period, dir, force, data, json }: ExportCommandOptions): Promise<void> {
  const terminal = createTerminal({ json });
  const target = resolve(dir);
  const manifest = await withDatabase(await environmentOf(data), async (db) => {
    await madeFolder(target);
    const wanted = { ...(programme === undefined ? {} : { programme }), period, dir: target, force: force === true };
    return exportPeriod(db, wanted);
  });
  if (json === true) {
    console.log(JSON.stringify(manifest));
    return;
  }
  for (const { name, rows, sha256 } of manifest.files) {
    terminal.say(`${name.padEnd(20)} ${String(rows).padStart(9)} rows  ${sha256}`);
  }
  const totals = Object.entries(manifest.totals).map(([currency, total]) => `${total} ${currency}`);
  terminal.say(`${manifest.run.state}, ${totals.join(', ') || 'no statements'}; in ${target}`);
}
