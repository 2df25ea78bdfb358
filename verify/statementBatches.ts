import { rows, ALL } from '../db/connect.js';
import { loadStatements, type IssuedStatement } from '../db/statements/statementStore.js';
import type { VerifyContext } from './context.js';

/** Statements in memory at once. */
const BATCH = 200;

/** Every issued statement of the programme, in the order of numbers, in batches; reports progress as it goes. */
export async function* statementBatches(context: VerifyContext): AsyncGenerator<IssuedStatement[]> {
  const { db, programme, period } = context;
  const ids = await db.transaction(ALL, (trx) =>
    rows<{ id: string }>(
      trx,
      `select id from statement
       where programme_code = :programme and (:period::text is null or period = :period) order by number`,
      { programme, period },
    ),
  );
  for (let from = 0; from < ids.length; from += BATCH) {
    context.progress(from, ids.length);
    yield await db.transaction(ALL, (trx) =>
      loadStatements(
        trx,
        ids.slice(from, from + BATCH).map(({ id }) => id),
      ),
    );
  }
  context.progress(ids.length, ids.length);
}
