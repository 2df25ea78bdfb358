/**
 * Documents against their bytes. Whether a document is the one that its frozen rows give can only be told by drawing it again
 * as the close did: this and `frozenPacks` are the two files of verify that use what draws documents, and reads them for it.
 */
import { ALL } from '../db/connect.js';
import { loadCredits } from '../db/corrections/creditStore.js';
import { revisionOf } from '../db/corrections/revisionStore.js';
import { loadStatements } from '../db/statements/statementStore.js';
import { KontorError } from '../domain/errors.js';
import { TEMPLATE_VERSION } from '../domain/statement.js';
import { ask, type VerifyContext } from './context.js';
import { checkTitle, titlePart } from './documentTitles.js';

const AT_ONCE = 200;

/** Documents rendered again where a sample will do. */
const SAMPLE = 16;

interface Stored {
  id: string;
  number: string;
  /** Compared by the database, so that no document is read for it. */
  isWhole: boolean;
  title: Buffer;
  templateVersion: number;
}

/** The first, the last, and so many between them, evenly spread. */
export function sampleOf<T>(list: readonly T[], size = SAMPLE): T[] {
  if (list.length <= size) return [...list];
  return Array.from({ length: size }, (_, place) => Math.round((place * (list.length - 1)) / (size - 1))).flatMap(
    (index) => list.slice(index, index + 1),
  );
}

/** Renders the frozen rows again and compares the bytes; a newer template gives others by right. */
async function rendered(context: VerifyContext, ids: readonly string[]): Promise<string[]> {
  const { db, renderPool } = context;
  if (renderPool === null) return [];
  const issued = await db.transaction(ALL, (trx) => loadStatements(trx, ids));
  const documents = await renderPool.renderStatements(issued.map(({ statement }) => statement));
  const stored = await ask<{ id: string; pdf: Buffer }>(
    context,
    'select statement_id as id, pdf from statement_document where statement_id = any(:ids::uuid[])',
    { ids: [...ids] },
  );
  const bytes = new Map(stored.map(({ id, pdf }) => [id, pdf]));
  return issued.flatMap(({ statementId, statement }, index) => {
    const document = documents[index];
    const pdf = bytes.get(statementId);
    if (document instanceof KontorError) return [`${statement.number}: ${document.message}`];
    if (document === undefined || pdf === undefined || Buffer.compare(document.bytes, pdf) === 0) return [];
    return [`${statement.number}: a fresh render of the frozen rows gives another PDF than the one that is stored`];
  });
}

/** Every stored PDF against its hash and its title; all of them or a sample against a fresh render, where the context has a render pool. */
export async function documentProblems(context: VerifyContext): Promise<string[]> {
  const stored = await ask<Stored>(
    context,
    `select s.id, s.number, sha256(d.pdf) = d.sha256 as "isWhole", ${titlePart('d.pdf')} as title,
       s.template_version as "templateVersion"
     from statement s join statement_document d on d.msp_id = s.msp_id and d.statement_id = s.id
     where s.programme_code = :programme and (:period::text is null or s.period = :period) order by s.number`,
  );
  const problems: string[] = [];
  for (const { number, isWhole, title } of stored) {
    const say = (problem: string) => problems.push(`${number}: ${problem}`);
    if (!isWhole) say('its PDF was changed');
    checkTitle(title, [number], say);
  }
  const drawable = stored.filter(({ templateVersion }) => templateVersion === TEMPLATE_VERSION);
  const ids = (context.documents === 'all' ? drawable : sampleOf(drawable)).map(({ id }) => id);
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    problems.push(...(await rendered(context, ids.slice(from, from + AT_ONCE))));
  }
  return problems;
}

interface StoredCorrection {
  correctionId: string;
  /** Null: of a revision. */
  creditId: string | null;
  name: string;
  /** Of the document: that of its statement, and its own where it has one. */
  numbers: string[];
  isWhole: boolean;
  pdf: Buffer;
}

/** The same of credits and revisions, of which there are few: all of them are rendered again. */
export async function correctionDocumentProblems(context: VerifyContext): Promise<string[]> {
  const { db, renderPool } = context;
  const stored = await ask<StoredCorrection>(
    context,
    `select c.id as "correctionId", r.id as "creditId", coalesce('credit ' || r.number, s.number || ', revision ' || v.revision)
         as name, array_remove(array[s.number, r.number], null) as numbers, sha256(e.pdf) = e.sha256 as "isWhole", e.pdf
     from correction c join statement s on s.id = c.statement_id join correction_document e on e.correction_id = c.id
     left join credit r on r.correction_id = c.id left join statement_revision v on v.correction_id = c.id
     where c.programme_code = :programme and (:period::text is null or c.period = :period) and e.pdf is not null
     order by 3`,
  );
  const problems: string[] = [];
  for (const { correctionId, creditId, name, numbers, isWhole, pdf } of stored) {
    const say = (problem: string) => problems.push(`${name}: ${problem}`);
    if (!isWhole) say('its PDF was changed');
    checkTitle(pdf, numbers, say);
    if (renderPool === null) continue;
    const fresh = await db.transaction(ALL, async (trx) => {
      if (creditId === null) {
        const revised = await revisionOf(trx, correctionId);
        return revised?.templateVersion === TEMPLATE_VERSION ? renderPool.renderStatement(revised) : null;
      }
      const [issued] = await loadCredits(trx, [creditId]);
      return issued?.credit.templateVersion === TEMPLATE_VERSION ? renderPool.renderCredit(issued.credit) : null;
    });
    if (fresh === null || Buffer.compare(fresh.bytes, pdf) === 0) continue;
    say('a fresh render gives another PDF than the one that is stored');
  }
  return problems;
}
