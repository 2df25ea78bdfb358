/**
 * `kontor export`: one month of a programme for auditors, as CSV (RFC 4180, UTF-8, a header row, CRLF) with a manifest of hashes. Exact
 * decimals, instants in ISO UTC, rows in a fixed order and nothing of the day of the export: the same month gives the
 * same bytes. Files are written as they are read, so that a month of check-ins never sits in memory.
 */
import type { Actor } from '../domain/access/actor.js';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditHead, type AuditHead } from '../db/access/auditStore.js';
import { addressHider } from '../db/access/restrictionStore.js';
import { ALL, rows, type Database, type Trx } from '../db/connect.js';
import { skippedBefore } from '../db/closing/skippedBefore.js';
import { onlyProgramme } from '../db/programmes/onlyProgramme.js';
import { KontorError } from '../domain/errors.js';
import { minorToDecimalString } from '../domain/money.js';
import { parsePeriod, type Period } from '../domain/period.js';
import type { RunKey } from '../domain/run.js';
import { text, type Cell, type ExportFile } from './exportFile.js';
import { checkIns } from './files/checkIns.js';
import { corrections } from './files/corrections.js';
import { credits } from './files/credits.js';
import { discrepancies } from './files/discrepancies.js';
import { installations } from './files/installations.js';
import { participants } from './files/participants.js';
import { pricePlans } from './files/pricePlans.js';
import { exchangeRates, prices } from './files/prices.js';
import { settings } from './files/settings.js';
import { siteFacts } from './files/siteFacts.js';
import { termLicences } from './files/termLicences.js';
import { statementLines } from './files/statementLines.js';
import { statements } from './files/statements.js';
import { usageReports } from './files/usageReports.js';
import { writeCsv, type WrittenFile } from './writeCsv.js';

/** A new file is one entry here. */
const FILES: readonly ExportFile[] = [
  participants,
  settings,
  checkIns,
  usageReports,
  installations,
  siteFacts,
  discrepancies,
  pricePlans,
  prices,
  exchangeRates,
  termLicences,
  statementLines,
  statements,
  corrections,
  credits,
];
const MANIFEST = 'manifest.json';
const FORMAT = 8;

export interface ExportOptions {
  /** A programme's code; may be left out where there is only one. */
  programme?: string;
  /** `YYYY-MM` */
  period: string;
  /** Made if it is not there. */
  dir: string;
  /** Writes over an earlier export; other files in the folder stay. */
  force?: boolean;
  onProgress?: (file: string, rows: number) => void;
}

/** What `manifest.json` says. Totals are exact decimals by currency; `seal` and hashes are SHA-256 in hex. */
export interface Manifest {
  format: number;
  programme: string;
  period: Period;
  /** Months right before it that were skipped for good, the earliest first: what licences were to be billed in them it bills. */
  skippedPeriods: Period[];
  run: {
    state: string;
    openedAt: string;
    openedBy: Actor;
    /** Of a month that was skipped: why. */
    reason: string | null;
    sealedAt: string | null;
    seal: string | null;
    /** As sealed; null while the run is open. */
    controlTotals: Record<string, unknown> | null;
  };
  /** The newest event of the audit trail at the time of the export: kept elsewhere it shows when the trail's end is cut. */
  auditHead: AuditHead | null;
  /** Of the statements in `statements.csv`. */
  totals: Record<string, string>;
  /** Of the credits in `credits.csv`: negative. */
  creditTotals: Record<string, string>;
  files: WrittenFile[];
}

interface RunRow {
  state: string;
  openedAt: Date;
  openedBy: Actor;
  reason: string | null;
  sealedAt: Date | null;
  seal: string | null;
  controlTotals: { totals: Record<string, string> } | null;
}

function decimals(totals: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(totals).map(([currency, minor]) => [currency, minorToDecimalString(BigInt(minor), currency)]),
  );
}

async function runOf(trx: Trx, { programme, period }: RunKey): Promise<Manifest['run']> {
  const [run] = await rows<RunRow>(
    trx,
    `select state, opened_at as "openedAt", kontor_shown_actor(opened_by) as "openedBy", reason, sealed_at as "sealedAt",
       encode(seal, 'hex') as seal, control_totals as "controlTotals"
     from billing_run where programme_code = :programme and period = :period`,
    { programme, period },
  );
  if (run === undefined) throw new KontorError('NOT_FOUND', `No run of ${period} of "${programme}" has been opened.`);
  const { controlTotals, openedAt, sealedAt } = run;
  return {
    ...run,
    openedAt: openedAt.toISOString(),
    sealedAt: sealedAt?.toISOString() ?? null,
    controlTotals: controlTotals === null ? null : { ...controlTotals, totals: decimals(controlTotals.totals) },
  };
}

async function totalsOf(trx: Trx, { programme, period }: RunKey): Promise<Record<string, string>> {
  const found = await rows<{ currency: string; total: string }>(
    trx,
    `select currency, sum(total_minor)::text as total from statement
     where programme_code = :programme and period = :period group by 1 order by 1`,
    { programme, period },
  );
  return decimals(Object.fromEntries(found.map(({ currency, total }) => [currency, total])));
}

async function creditTotalsOf(trx: Trx, { programme, period }: RunKey): Promise<Record<string, string>> {
  const found = await rows<{ currency: string; total: string }>(
    trx,
    `select currency, sum(total_minor)::text as total from credit
     where programme_code = :programme and period = :period group by 1 order by 1`,
    { programme, period },
  );
  return decimals(Object.fromEntries(found.map(({ currency, total }) => [currency, total])));
}

async function prepare(dir: string, force: boolean): Promise<void> {
  await mkdir(dir, { recursive: true }).catch((error: unknown) => {
    throw new KontorError('CONFIGURATION_INVALID', `${dir} cannot be written to: ${String(error)}`);
  });
  const there = await readdir(dir);
  if (there.length > 0 && !force) {
    throw new KontorError('CONFIGURATION_INVALID', `${dir} is not empty: name another folder, or add --force.`);
  }
  // Without its manifest an export is unfinished, whatever else an interrupted one left behind.
  await rm(join(dir, MANIFEST), { force: true });
}

/** Rows without the addresses of those who are restricted. */
async function* hidden(
  found: AsyncIterable<readonly Cell[]>,
  hide: (text: string) => string,
): AsyncGenerator<readonly Cell[]> {
  for await (const cells of found) {
    yield cells.map((cell) => ('text' in cell && typeof cell.text === 'string' ? text(hide(cell.text)) : cell));
  }
}

/**
 * Writes the export and returns its manifest, which is written last. Throws PERIOD_INVALID, VALIDATION_FAILED where it is
 * not clear which programme is meant, NOT_FOUND where the period was never opened, CONFIGURATION_INVALID where the folder
 * is not empty.
 */
export async function exportPeriod(db: Database, options: ExportOptions): Promise<Manifest> {
  const { dir, force = false, onProgress = () => undefined } = options;
  const period = parsePeriod(options.period);
  return db.transaction(ALL, async (trx) => {
    const key: RunKey = { programme: await onlyProgramme(trx, options.programme), period };
    const run = await runOf(trx, key);
    await prepare(dir, force);
    const files: WrittenFile[] = [];
    const hide = await addressHider(trx);
    for (const file of FILES) {
      files.push(
        await writeCsv(join(dir, file.name), file, hidden(file.rows(trx, key), hide), (count) => {
          onProgress(file.name, count);
        }),
      );
    }
    const totals = await totalsOf(trx, key);
    const creditTotals = await creditTotalsOf(trx, key);
    const manifest: Manifest = {
      ...{ format: FORMAT, ...key, skippedPeriods: await skippedBefore(trx, key), run },
      ...{ auditHead: await auditHead(trx), totals, creditTotals, files },
    };
    const draft = join(dir, `${MANIFEST}.part`);
    await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(draft, join(dir, MANIFEST));
    return manifest;
  });
}
