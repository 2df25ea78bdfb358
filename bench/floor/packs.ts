/** A billing pack for each distributor: the summary, the lines and the statements, in one mail. */
import { PACK_BYTES, type Attachment } from '../../delivery/index.js';
import { inParallel } from '../../domain/inParallel.js';
import { messageId } from '../../domain/messageId.js';
import { minorToDecimalString } from '../../domain/money.js';
import { parsePeriod } from '../../domain/period.js';
import type { Statement } from '../../domain/statement.js';
import { localeOf } from '../../locales/index.js';
import { billingLinesCsv, totalsByCurrency, type BillingSummary } from '../../statements/index.js';
import { PERIOD, PROGRAMME } from '../world.js';
import { documentsOfDistributor, statementsOfDistributor, type Queries } from './documents.js';
import { pdfFile, sendMail } from './mails.js';
import { CREATE_TABLE, type Tables } from './rate.js';
import type { FloorParts } from './run.js';

export interface Distributor {
  id: string;
  code: string;
  locale: string;
}

/** Each holds the documents of a pack: up to 20 MB and what they are encoded to. */
const LANES = 2;

function summaryOf(statements: readonly Statement[], locale: string): BillingSummary | null {
  const [first] = statements;
  if (first === undefined) return null;
  return {
    distributor: first.distributor,
    vendor: first.vendor,
    locale: localeOf(locale),
    period: parsePeriod(PERIOD),
    date: first.statementDate,
    supplement: 0,
    statements: statements.map(({ number, msp, currency, totalMinor, lines }) => ({
      number,
      mspName: msp.name,
      registrationNumber: msp.registrationNumber,
      currency,
      totalMinor,
      lineCount: lines.length,
      estimatedLines: lines.filter((line) => line.kind === 'usage' && line.basis === 'estimated').length,
      correctionLines: 0,
    })),
    credits: [],
    parked: [],
  };
}

export async function sendPack(
  { pool, renderPool, mailer }: FloorParts,
  { id, code, locale }: Distributor,
): Promise<void> {
  const issued = await statementsOfDistributor(pool, id);
  const statements = issued.map(({ statement }) => statement);
  const summary = summaryOf(statements, locale);
  if (summary === null) return;
  const { bytes } = await renderPool.renderBillingSummary(summary, statements);
  const pdf = Buffer.from(bytes);
  const csv = Buffer.from(billingLinesCsv(statements, []));
  await pool.query(
    'insert into floor_pack (distributor_id, summary_pdf, lines_csv) values ($1, $2, $3) on conflict do nothing',
    [id, pdf, csv],
  );
  const documents = await documentsOfDistributor(pool, id);
  const isLarge = documents.reduce((sum, document) => sum + document.pdf.length, pdf.length + csv.length) > PACK_BYTES;
  const stem = `${PROGRAMME}-${code}-${PERIOD}`;
  const own: Attachment[] = [
    pdfFile(`${stem}-summary`, pdf),
    { filename: `${stem}-lines.csv`, contentType: 'text/csv; charset=utf-8', content: csv },
  ];
  await sendMail(mailer, {
    messageId: messageId('billing-pack', PROGRAMME, code, PERIOD, 0),
    kind: 'billingPack',
    locale,
    recipient: summary.distributor.email,
    params: {
      vendorName: summary.vendor.name,
      distributorName: summary.distributor.name,
      period: PERIOD,
      supplement: 0,
      statements: statements.length,
      credits: 0,
      totals: totalsByCurrency(summary).map(({ currency, totalMinor }) => ({
        currency,
        amount: minorToDecimalString(totalMinor, currency),
      })),
      parked: [],
      download: isLarge ? `/v1/billing-packs/${id}` : null,
    },
    attachments: [...own, ...(isLarge ? [] : documents.map((document) => pdfFile(document.number, document.pdf)))],
  });
}

export async function createPackTable(client: Queries, tables: Tables): Promise<void> {
  await client.query(
    `${CREATE_TABLE[tables]} floor_pack (distributor_id uuid primary key, summary_pdf bytea not null, lines_csv bytea not null)`,
  );
}

/** By code. */
export async function distributorsWithStatements(client: Queries): Promise<Distributor[]> {
  const { rows } = await client.query<Distributor>(
    `select id, code, locale from distributor d
     where exists (select from floor_statement s where s.distributor_id = d.id) order by code`,
  );
  return rows;
}

/** Sends all packs; how many there were. */
export async function sendPacks(parts: FloorParts): Promise<number> {
  await createPackTable(parts.pool, 'unlogged');
  const distributors = await distributorsWithStatements(parts.pool);
  await inParallel(distributors, LANES, (distributor) => sendPack(parts, distributor));
  return distributors.length;
}
