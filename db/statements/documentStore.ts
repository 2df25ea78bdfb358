import { rows, type Trx } from '../connect.js';
import { selected, type Selection } from '../closing/participants.js';

/** Issued statements of the selection that have no document yet, largest first, so that threads end together. */
export async function unrenderedStatements(trx: Trx, selection: Selection): Promise<string[]> {
  const { sql, bindings } = selected(selection);
  const found = await rows<{ id: string }>(
    trx,
    `select s.id from run_participant p join statement s on s.msp_id = p.msp_id and s.programme_code = p.programme_code and s.period = p.period
     where ${sql} and not exists (select from statement_document d where d.msp_id = s.msp_id and d.statement_id = s.id)
     order by s.line_count desc, s.number`,
    bindings,
  );
  return found.map(({ id }) => id);
}

export interface DocumentRow {
  mspId: string;
  statementId: string;
  sha256: string;
  pages: number;
  bytes: Uint8Array;
}

/** Keeps rendered bytes once; a document that is there stays. */
export async function insertDocuments(trx: Trx, documents: readonly DocumentRow[], at: Date): Promise<void> {
  if (documents.length === 0) return;
  await rows(
    trx,
    `insert into statement_document (msp_id, statement_id, sha256, pages, pdf, rendered_at)
     select x.msp_id, x.statement_id, decode(x.sha256, 'hex'), x.pages, x.pdf, :at
     from unnest(:msps::uuid[], :statements::uuid[], :hashes::text[], :pages::int[], :pdfs::bytea[])
       as x(msp_id, statement_id, sha256, pages, pdf)
     on conflict (msp_id, statement_id) do nothing`,
    {
      at,
      msps: documents.map(({ mspId }) => mspId),
      statements: documents.map(({ statementId }) => statementId),
      hashes: documents.map(({ sha256 }) => sha256),
      pages: documents.map(({ pages }) => pages),
      pdfs: documents.map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    },
  );
}
