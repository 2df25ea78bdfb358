/**
 * The floor: the same month from the same rows to the same documents and mails as fast as this machine does it, and nothing that
 * would survive a crash. Tables are unlogged, no step is recorded, a failure ends it all.
 */
import pg from 'pg';
import type { Mailer } from '../../delivery/index.js';
import { KontorError } from '../../domain/errors.js';
import { inParallel } from '../../domain/inParallel.js';
import { messageId } from '../../domain/messageId.js';
import { minorToDecimalString } from '../../domain/money.js';
import { parsePeriod, programmeCalendar } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import type { RenderedDocument, RenderPool } from '../../statements/index.js';
import { PERIOD, ZONES } from '../world.js';
import { createDocumentTable, insertDocuments, largestFirst, statementsOf, type FloorStatement } from './documents.js';
import { pdfFile, sendMail } from './mails.js';
import { sendPacks } from './packs.js';
import { rateMonth, type ZoneDays } from './rate.js';

/** What the floor took, in milliseconds, and made. */
export interface FloorRun {
  totalMs: number;
  rateMs: number;
  /** Rendering, storing and mailing statements, all at once. */
  statementsMs: number;
  packsMs: number;
  statements: number;
  packs: number;
}

export interface FloorParts {
  pool: pg.Pool;
  renderPool: RenderPool;
  mailer: Mailer;
}

export const STATEMENTS_AT_ONCE = 40;
/** One is loaded while another is rendered and a third is stored and mailed. */
export const LANES = 3;

export function zoneDays(): ZoneDays[] {
  return ZONES.map((zone) => {
    const { issueDay, mailedBy } = programmeCalendar(parsePeriod(PERIOD), zone, SHIPPED_PROGRAMME_SETTINGS.calendar);
    return { zone, statementDate: issueDay, mailedBy };
  });
}

export async function mailStatement(
  mailer: Mailer,
  { recipient, statement }: FloorStatement,
  pdf: Buffer,
): Promise<void> {
  const { number, revision, locale, currency, period, totalMinor, lines } = statement;
  await sendMail(mailer, {
    messageId: messageId('statement', number, revision),
    kind: 'statementIssued',
    locale,
    recipient,
    params: {
      vendorName: statement.vendor.name,
      distributorName: statement.distributor.name,
      mspName: statement.msp.name,
      number,
      period,
      total: { amount: minorToDecimalString(totalMinor, currency), currency },
      estimatedLines: lines.filter((line) => line.kind === 'usage' && line.basis === 'estimated').length,
      correctionLines: 0,
    },
    attachments: [pdfFile(number, pdf)],
  });
}

interface RenderedStatement extends FloorStatement {
  document: RenderedDocument;
}

/** Throws RENDER_FAILED. */
export async function renderedStatements(
  { pool, renderPool }: FloorParts,
  mspIds: readonly string[],
): Promise<RenderedStatement[]> {
  const statements = await statementsOf(pool, mspIds);
  const documents = await renderPool.renderStatements(statements.map(({ statement }) => statement));
  return statements.flatMap((one, place) => {
    const document = documents[place];
    if (document instanceof KontorError) throw document;
    return document === undefined ? [] : [{ ...one, document }];
  });
}

/** Loads, renders, stores and mails them. Throws RENDER_FAILED and MAIL_DEFERRED. */
export async function makeStatements(parts: FloorParts, mspIds: readonly string[]): Promise<void> {
  const rendered = await renderedStatements(parts, mspIds);
  await Promise.all([
    insertDocuments(parts.pool, rendered),
    ...rendered.map((one) => mailStatement(parts.mailer, one, Buffer.from(one.document.bytes))),
  ]);
}

/** Closes the month of the database. Throws RENDER_FAILED, MAIL_DEFERRED, and what PostgreSQL throws. */
export async function runFloor(parts: FloorParts): Promise<FloorRun> {
  const { pool } = parts;
  const begun = performance.now();
  const client = await pool.connect();
  try {
    await rateMonth(client, { zones: zoneDays(), tables: 'unlogged' });
    await createDocumentTable(client, 'unlogged');
  } finally {
    client.release();
  }
  const rated = performance.now();
  const mspIds = await largestFirst(pool);
  const chunks = Array.from({ length: Math.ceil(mspIds.length / STATEMENTS_AT_ONCE) }, (_, place) =>
    mspIds.slice(place * STATEMENTS_AT_ONCE, (place + 1) * STATEMENTS_AT_ONCE),
  );
  await inParallel(chunks, LANES, (chunk) => makeStatements(parts, chunk));
  const mailed = performance.now();
  const packs = await sendPacks(parts);
  const ended = performance.now();
  return {
    totalMs: Math.round(ended - begun),
    rateMs: Math.round(rated - begun),
    statementsMs: Math.round(mailed - rated),
    packsMs: Math.round(ended - mailed),
    statements: mspIds.length,
    packs,
  };
}
