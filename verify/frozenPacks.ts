import { createHash } from 'node:crypto';
import { ALL } from '../db/connect.js';
import { loadCredits } from '../db/corrections/creditStore.js';
import { loadStatements } from '../db/statements/statementStore.js';
import { billingLinesCsv, type BillingSummary } from '../statements/index.js';
import { ask, type VerifyContext } from './context.js';
import { sampleOf } from './documents.js';
import { checkPackTitle } from './documentTitles.js';
import { keptFrom } from './kept.js';

/** Summaries drawn again where a sample will do. */
const SAMPLE = 4;

/** As it is stored: amounts are text. */
type Stored<T> = Omit<T, 'totalMinor'> & { totalMinor: string };

interface PackRow {
  name: string;
  summary: Omit<BillingSummary, 'statements' | 'credits'> & {
    statements: Stored<BillingSummary['statements'][number]>[];
    credits: Stored<BillingSummary['credits'][number]>[];
  };
  sha256: string;
  pdf: Buffer;
  csv: Buffer;
  statementIds: string[];
  creditIds: string[];
}

function summaryOf({ summary }: PackRow): BillingSummary {
  return {
    ...summary,
    statements: summary.statements.map((each) => ({ ...each, totalMinor: BigInt(each.totalMinor) })),
    credits: summary.credits.map((each) => ({ ...each, totalMinor: BigInt(each.totalMinor) })),
  };
}

const listOf = (documents: readonly { number: string; totalMinor: bigint }[]) =>
  documents.map(({ number, totalMinor }) => `${number} ${totalMinor}`).join();

/** The lines that a summary attaches stand in it with their name and checksum, as plain bytes. */
function attachesLines({ pdf, csv, summary: { period, supplement } }: PackRow): boolean {
  const checksum = createHash('md5').update(csv).digest('hex');
  return pdf.includes(`/F (lines-${period}-${supplement}.csv)`) && pdf.includes(`/CheckSum (${checksum})`);
}

async function problemsOfPack(context: VerifyContext, pack: PackRow, isDrawn: boolean): Promise<string[]> {
  const problems: string[] = [];
  if (createHash('sha256').update(pack.pdf).digest('hex') !== pack.sha256) problems.push('its summary PDF was changed');
  checkPackTitle(pack.pdf, pack.summary.distributor.name, (problem) => problems.push(problem));
  if (!attachesLines(pack)) problems.push('its summary PDF attaches other lines than it has');
  const { issued, credited } = await context.db.transaction(ALL, async (trx) => ({
    issued: await loadStatements(trx, pack.statementIds),
    credited: await loadCredits(trx, pack.creditIds),
  }));
  const credits = credited.map(({ credit }) => credit);
  const statements = issued.map(({ statement }) => statement);
  const summary = summaryOf(pack);
  if (listOf(summary.statements) !== listOf(statements)) {
    problems.push('its summary lists other statements or totals than it holds');
  }
  if (listOf(summary.credits) !== listOf(credits)) problems.push('its summary lists other credits than it holds');
  if (Buffer.compare(billingLinesCsv(statements, credits), pack.csv) !== 0)
    problems.push('its CSV is not that of its statements and credits');
  if (context.renderPool !== null && isDrawn) {
    const document = await context.renderPool.renderBillingSummary(summary, statements, credits);
    if (Buffer.compare(document.bytes, pack.pdf) !== 0) {
      problems.push('a fresh render of its frozen summary gives another PDF than the one that is stored');
    }
  }
  return problems.map((problem) => `billing pack ${pack.name}: ${problem}`);
}

/** Billing packs: stored bytes against their hash, the statements they hold and a fresh render. */
export async function packProblems(context: VerifyContext): Promise<string[]> {
  const ids = await ask<{ id: string }>(
    context,
    `select id from billing_pack where programme_code = :programme and (:period::text is null or period = :period)
       and period >= ${keptFrom('documents')}
     order by period, id`,
  );
  const drawn = new Set(context.documents === 'all' ? ids : sampleOf(ids, SAMPLE));
  const problems: string[] = [];
  for (const one of ids) {
    const { id } = one;
    const [pack] = await ask<PackRow>(
      context,
      `select format('%s of %s, supplement %s', b.period, d.code, b.supplement) as name, b.summary,
         encode(b.summary_sha256, 'hex') as sha256, b.summary_pdf as pdf, b.lines_csv as csv,
         array(select s.id from billing_pack_statement bs join statement s on s.msp_id = bs.msp_id and s.id = bs.statement_id
           where bs.billing_pack_id = b.id order by s.number) as "statementIds",
         array(select c.id from billing_pack_credit bc join credit c on c.id = bc.credit_id
           where bc.billing_pack_id = b.id order by c.number) as "creditIds"
       from billing_pack b join distributor d on d.id = b.distributor_id where b.id = :id`,
      { id },
    );
    if (pack !== undefined) problems.push(...(await problemsOfPack(context, pack, drawn.has(one))));
  }
  return problems;
}
