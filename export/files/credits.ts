import { cursorRows } from '../../db/cursorRows.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { minorToDecimalString } from '../../domain/money.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  number: string;
  statementNumber: string;
  creditDate: string;
  issuedAt: Date;
  distributor: string;
  mspId: string;
  correctionId: string;
  currency: string;
  totalMinor: string;
  contentHash: string;
  previousHash: string;
  chainHash: string;
  documentHash: string | null;
  billingPack: string | null;
  content: unknown;
}

/** Credits to the period's statements, whenever they were made, with the hashes by which each can be proved unchanged. */
export const credits = tableOf<Row>(
  'credits.csv',
  {
    credit_number: (row) => plain(row.number),
    statement_number: (row) => plain(row.statementNumber),
    credit_date: (row) => plain(row.creditDate),
    issued_at: (row) => plain(row.issuedAt),
    distributor: (row) => plain(row.distributor),
    msp_id: (row) => plain(row.mspId),
    correction_id: (row) => plain(row.correctionId),
    currency: (row) => plain(row.currency),
    total: (row) => plain(minorToDecimalString(BigInt(row.totalMinor), row.currency)),
    content_sha256: (row) => plain(row.contentHash),
    previous_sha256: (row) => plain(row.previousHash),
    chain_sha256: (row) => plain(row.chainHash),
    pdf_sha256: (row) => plain(row.documentHash),
    // Month of the pack that has it, and `-1` and so on of a supplement; empty: its distributor's next one.
    billing_pack: (row) => plain(row.billingPack),
    content: (row) => text(canonicalJson(row.content)),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select c.number, s.number as "statementNumber", c.credit_date as "creditDate", c.issued_at as "issuedAt",
         d.code as distributor, c.msp_id as "mspId", c.correction_id as "correctionId", c.currency,
         c.total_minor as "totalMinor", encode(c.content_hash, 'hex') as "contentHash",
         encode(c.previous_hash, 'hex') as "previousHash", encode(c.chain_hash, 'hex') as "chainHash",
         encode(e.sha256, 'hex') as "documentHash", c.content,
         b.period || case b.supplement when 0 then '' else '-' || b.supplement end as "billingPack"
       from credit c join statement s on s.id = c.statement_id join distributor d on d.id = c.distributor_id
       left join correction_document e on e.correction_id = c.correction_id
       left join billing_pack_credit p on p.credit_id = c.id left join billing_pack b on b.id = p.billing_pack_id
       where c.programme_code = :programme and c.period = :period order by c.number collate "C"`,
      { programme, period },
    ),
);
