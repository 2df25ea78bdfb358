import { ALL, type Database } from '../db/connect.js';
import { runKeyOf, type RunInput } from '../domain/run.js';
import { insertDocuments, unrenderedStatements } from '../db/statements/documentStore.js';
import { loadStatements } from '../db/statements/statementStore.js';
import { KontorError } from '../domain/errors.js';
import type { RenderPool } from '../statements/index.js';
import { beat } from './beating.js';

/** Statements of a stretch of a shard's positions, or of one MSP. */
export type RenderInput = RunInput & { now: string } & (
    { shard: number; from: number; to: number } | { mspId: string }
  );

/** Documents in memory at once: some megabytes, and little to redo when a worker dies. */
const RENDER_BATCH = 40;

/**
 * Idempotent by statement: only those without a document are rendered, and equal rows give equal bytes. Where one cannot be
 * rendered, the documents of all others are stored before it fails with RENDER_FAILED.
 */
export const renderStatements =
  ({ db, renderPool }: { db: Database; renderPool: RenderPool }) =>
  async (input: RenderInput): Promise<{ rendered: number }> => {
    const at = new Date(input.now);
    const key = runKeyOf(input);
    const selection = 'mspId' in input ? { ...key, mspIds: [input.mspId] } : { ...input, ...key };
    const ids = await db.transaction(ALL, (trx) => unrenderedStatements(trx, selection));
    const load = (start: number) =>
      start < ids.length
        ? db.transaction(ALL, (trx) => loadStatements(trx, ids.slice(start, start + RENDER_BATCH)))
        : Promise.resolve([]);
    let failure: KontorError | undefined;
    let rendered = 0;
    let loading = load(0);
    for (let start = 0; start < ids.length; start += RENDER_BATCH) {
      const statements = await loading;
      // The threads have the next batch as soon as they are done with this one.
      loading = load(start + RENDER_BATCH);
      loading.catch(() => undefined);
      const documents = await renderPool.renderStatements(statements.map(({ statement }) => statement));
      const stored = statements.flatMap(({ statementId, mspId }, index) => {
        const document = documents[index];
        if (document === undefined || document instanceof KontorError) {
          failure = document ?? failure;
          return [];
        }
        return [{ mspId, statementId, sha256: document.sha256, pages: document.pages, bytes: document.bytes }];
      });
      await db.transaction(ALL, (trx) => insertDocuments(trx, stored, at));
      rendered += stored.length;
      beat();
    }
    if (failure !== undefined) throw failure;
    return { rendered };
  };
