import { rows, type Trx } from '../connect.js';

/** A document as kept; bytes only. */
export interface StoredFile {
  filename: string;
  contentType: string;
  content: Buffer;
}

/** What goes along with the mail of a billing pack. */
export interface PackFiles {
  /** Summary and lines. */
  own: StoredFile[];
  /** The documents of statements and credits by number; null when together with `own` they are over the limit. */
  statements: StoredFile[] | null;
}

interface PackRow {
  programme: string;
  code: string;
  period: string;
  supplement: number;
  summary: Buffer;
  csv: Buffer;
  documentBytes: string;
}

/** The files of one pack; the documents of statements and credits only if all of them fit into `limitBytes`, so no more is ever in memory. */
export async function packFiles(trx: Trx, billingPackId: string, limitBytes: number): Promise<PackFiles> {
  const [pack] = await rows<PackRow>(
    trx,
    `select p.programme_code as programme, d.code, p.period, p.supplement, p.summary_pdf as summary, p.lines_csv as csv,
       (select coalesce(sum(octet_length(sd.pdf)), 0) from billing_pack_statement ps
          join statement_document sd on sd.msp_id = ps.msp_id and sd.statement_id = ps.statement_id
        where ps.billing_pack_id = p.id)
         + (select coalesce(sum(octet_length(e.pdf)), 0) from billing_pack_credit pc join credit c on c.id = pc.credit_id
          join correction_document e on e.msp_id = c.msp_id and e.correction_id = c.correction_id
        where pc.billing_pack_id = p.id) as "documentBytes"
     from billing_pack p join distributor d on d.id = p.distributor_id where p.id = :billingPackId`,
    { billingPackId },
  );
  if (pack === undefined) return { own: [], statements: null };
  const stem = `${pack.programme}-${pack.code}-${pack.period}${pack.supplement === 0 ? '' : `-${pack.supplement}`}`;
  const own = [
    { filename: `${stem}-summary.pdf`, contentType: 'application/pdf', content: pack.summary },
    { filename: `${stem}-lines.csv`, contentType: 'text/csv; charset=utf-8', content: pack.csv },
  ];
  if (Number(pack.documentBytes) + pack.summary.length + pack.csv.length > limitBytes) {
    return { own, statements: null };
  }
  const documents = await rows<{ number: string; pdf: Buffer }>(
    trx,
    `select number, pdf from (
       select 1 as kind, s.number, s.sequence, sd.pdf from billing_pack_statement ps
         join statement s on s.msp_id = ps.msp_id and s.id = ps.statement_id
         join statement_document sd on sd.msp_id = ps.msp_id and sd.statement_id = ps.statement_id
       where ps.billing_pack_id = :billingPackId
       union all
       select 2, c.number, c.sequence, e.pdf from billing_pack_credit pc join credit c on c.id = pc.credit_id
         join correction_document e on e.msp_id = c.msp_id and e.correction_id = c.correction_id
       where pc.billing_pack_id = :billingPackId
     ) d order by kind, sequence, number`,
    { billingPackId },
  );
  return { own, statements: documents.map(({ number, pdf }) => statementFile(number, pdf)) };
}

/** A statement's document under its number. */
export function statementFile(number: string, pdf: Buffer): StoredFile {
  return { filename: `${number}.pdf`, contentType: 'application/pdf', content: pdf };
}

/** Who gets a programme's documents with a mail, and in which language. */
export interface DocumentReader {
  mailId: string;
  programme: string;
  locale: string;
}

/**
 * The documents of a programme that are in force for MSPs, by mail: each in the reader's language, else in English, else
 * in the first language there is.
 */
export async function programmeFiles(trx: Trx, readers: readonly DocumentReader[]): Promise<Map<string, StoredFile[]>> {
  const files = new Map<string, StoredFile[]>(readers.map(({ mailId }) => [mailId, []]));
  if (readers.length === 0) return files;
  const found = await rows<StoredFile & { mailId: string }>(
    trx,
    `select distinct on (r."mailId", d.name) r."mailId", d.name as filename, d.content_type as "contentType", c.content
     from jsonb_to_recordset(:readers::jsonb) as r("mailId" text, programme text, locale text)
     join programme_document d on d.programme_code = r.programme and d.audience = 'msp' and d.withdrawn_at is null
     join document_content c using (sha256)
     order by r."mailId", d.name, d.language = r.locale desc, d.language = 'en' desc, d.language, d.version desc`,
    { readers: JSON.stringify(readers) },
  );
  for (const { mailId, ...file } of found) files.get(mailId)?.push(file);
  return files;
}
