import { cursorRows } from '../../db/cursorRows.js';
import { minorToDecimalString } from '../../domain/money.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  number: string;
  revision: number;
  statementDate: string;
  issuedAt: Date;
  distributor: string;
  mspId: string;
  msp: string;
  registrationNumber: string;
  zone: string;
  currency: string;
  totalMinor: string;
  lines: number;
  templateVersion: number;
  contentHash: string;
  previousHash: string;
  chainHash: string;
  documentHash: string | null;
  pages: number | null;
}

/** The period's statements with their totals, and the hashes by which each can be proved unchanged. */
export const statements = tableOf<Row>(
  'statements.csv',
  {
    statement_number: (row) => plain(row.number),
    revision: (row) => plain(row.revision),
    statement_date: (row) => plain(row.statementDate),
    issued_at: (row) => plain(row.issuedAt),
    distributor: (row) => plain(row.distributor),
    msp_id: (row) => plain(row.mspId),
    msp: (row) => text(row.msp),
    msp_registration_number: (row) => text(row.registrationNumber),
    zone: (row) => plain(row.zone),
    currency: (row) => plain(row.currency),
    total: (row) => plain(minorToDecimalString(BigInt(row.totalMinor), row.currency)),
    lines: (row) => plain(row.lines),
    template_version: (row) => plain(row.templateVersion),
    content_sha256: (row) => plain(row.contentHash),
    previous_sha256: (row) => plain(row.previousHash),
    chain_sha256: (row) => plain(row.chainHash),
    pdf_sha256: (row) => plain(row.documentHash),
    pdf_pages: (row) => plain(row.pages),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select s.number, s.revision, s.statement_date as "statementDate", s.issued_at as "issuedAt", d.code as distributor,
         s.msp_id as "mspId", s.content -> 'msp' ->> 'name' as msp,
         s.content -> 'msp' ->> 'registrationNumber' as "registrationNumber", s.content ->> 'zone' as zone, s.currency,
         s.total_minor as "totalMinor", s.line_count as lines, s.template_version as "templateVersion",
         encode(s.content_hash, 'hex') as "contentHash", encode(s.previous_hash, 'hex') as "previousHash",
         encode(s.chain_hash, 'hex') as "chainHash", encode(p.sha256, 'hex') as "documentHash", p.pages
       from statement s
       join distributor d on d.id = s.distributor_id
       left join statement_document p on p.msp_id = s.msp_id and p.statement_id = s.id
       where s.programme_code = :programme and s.period = :period order by s.number collate "C"`,
      { programme, period },
    ),
);
