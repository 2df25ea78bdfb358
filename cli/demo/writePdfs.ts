import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunInput } from '../../domain/run.js';
import { ALL, type Database } from '../../db/connect.js';
import { packSummaries } from '../../db/readModels/packSummaries.js';
import { statementList } from '../../db/readModels/statementList.js';
import { statementPdf } from '../../db/readModels/statementPdf.js';

const PAGE = 200;

/** How many documents were written, and the SHA-256 in hex over all their bytes, statements before packs, by number. */
export interface WrittenPdfs {
  files: number;
  pdfDigest: string;
}

/** Writes the statements of runs as `<number>.pdf` and its packs' summaries as `pack-<distributor>-<supplement>.pdf`. */
export async function writePdfs(db: Database, runs: readonly RunInput[], dir: string): Promise<WrittenPdfs> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const digest = createHash('sha256');
  let files = 0;
  const write = async (name: string, bytes: Buffer) => {
    digest.update(bytes);
    files += 1;
    await writeFile(join(dir, `${name}.pdf`), bytes);
  };
  for (const run of runs) {
    let after: [string, string] | undefined;
    for (;;) {
      const page = await db.transaction(ALL, async (trx) => {
        const statements = await statementList(trx, { ...run, limit: PAGE, after });
        const documents = [];
        for (const { id } of statements) documents.push(await statementPdf(trx, id));
        return { documents, last: statements.at(-1) };
      });
      for (const document of page.documents) if (document !== undefined) await write(document.number, document.pdf);
      if (page.last === undefined || page.documents.length < PAGE) break;
      after = [page.last.period, page.last.number];
    }
    for (const { name, pdf } of await db.transaction(ALL, (trx) => packSummaries(trx, run))) await write(name, pdf);
  }
  return { files, pdfDigest: digest.digest('hex') };
}
