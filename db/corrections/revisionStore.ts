import type { Correction, Parties } from '../../domain/correction.js';
import { TEMPLATE_VERSION, type Statement } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';
import { storedVendor } from '../parties/storedParty.js';
import { headFromJson, toJson, type StatementHead } from '../statements/statementCodec.js';
import { chainHash, loadStatements, statementHash } from '../statements/statementStore.js';

/** The companies of a statement as they are now. */
export async function partiesNow(trx: Trx, statementId: string): Promise<Parties> {
  const [row] = await rows<Pick<Statement, 'msp' | 'distributor'> & { vendor: unknown; programme: string }>(
    trx,
    `select s.programme_code as programme, g.vendor,
       jsonb_build_object('name', m.name, 'registrationNumber', m.registration_number, 'address', m.address,
         'country', m.country, 'email', m.email) as msp,
       jsonb_build_object('name', d.name, 'registrationNumber', d.registration_number, 'address', d.address,
         'country', d.country, 'email', d.email) as distributor
     from statement s join msp m on m.id = s.msp_id join distributor d on d.id = s.distributor_id
     join programme g on g.code = s.programme_code where s.id = :statementId`,
    { statementId },
  );
  if (row === undefined) throw new Error(`There is no statement ${statementId}`);
  return { msp: row.msp, distributor: row.distributor, vendor: storedVendor(row.vendor, row.programme) };
}

interface Stored {
  content: unknown;
  contentHash: Buffer;
}

/** The latest content of a statement: that of its last revision, else as issued. */
async function latest(trx: Trx, statementId: string): Promise<Stored> {
  const [row] = await rows<Stored>(
    trx,
    `select content, content_hash as "contentHash" from (
       select content, content_hash, revision from statement where id = :statementId
       union all select content, content_hash, revision from statement_revision where statement_id = :statementId
     ) r order by revision desc limit 1`,
    { statementId },
  );
  if (row === undefined) throw new Error(`There is no statement ${statementId}`);
  return row;
}

/** What the document of a statement says of its companies by now. */
export async function partiesPrinted(trx: Trx, statementId: string): Promise<Parties> {
  const { content } = await latest(trx, statementId);
  const { msp, distributor, vendor } = headFromJson(content, statementId);
  return { msp, distributor, vendor };
}

/**
 * Freezes the next revision of a statement: the same lines and amounts, with these parties. Its hash goes over lines too, and
 * over the revision before. The unique keys on revision and correction refuse a second one.
 */
export async function insertRevision(
  trx: Trx,
  { id: correctionId, mspId, statementId, distributorId }: Correction,
  parties: Parties,
  at: Date,
): Promise<Statement> {
  const before = await latest(trx, statementId);
  const [issued] = await loadStatements(trx, [statementId]);
  if (issued === undefined) throw new Error(`There is no statement ${statementId}`);
  const head = headFromJson(before.content, statementId);
  const content: StatementHead = {
    ...head,
    ...parties,
    revision: head.revision + 1,
    templateVersion: TEMPLATE_VERSION,
  };
  const revised: Statement = { ...content, lines: issued.statement.lines };
  const contentHash = statementHash(revised);
  await rows(
    trx,
    `insert into statement_revision (msp_id, statement_id, revision, correction_id, distributor_id, content, template_version,
       content_hash, previous_hash, chain_hash, issued_at)
     values (:mspId, :statementId, :revision, :correctionId, :distributorId, :content, :templateVersion, :contentHash,
       :previousHash, :chainHash, :at)`,
    {
      ...{ mspId, statementId, correctionId, distributorId, contentHash, at },
      ...{ revision: revised.revision, content: toJson(content), templateVersion: TEMPLATE_VERSION },
      previousHash: before.contentHash,
      chainHash: chainHash(before.contentHash, contentHash),
    },
  );
  return revised;
}

/** The statement as a correction revised it; undefined where it did not. */
export async function revisionOf(trx: Trx, correctionId: string): Promise<Statement | undefined> {
  const [row] = await rows<{ statementId: string; content: unknown }>(
    trx,
    'select statement_id as "statementId", content from statement_revision where correction_id = :correctionId',
    { correctionId },
  );
  if (row === undefined) return undefined;
  const [issued] = await loadStatements(trx, [row.statementId]);
  if (issued === undefined) return undefined;
  return { ...headFromJson(row.content, row.statementId), lines: issued.statement.lines };
}
