import type { Database } from './connect.js';

/** What tells how long transactions take, and in which request or activity (config/tracing.ts). */
interface Spans {
  isInSpan(): boolean;
  inSpan<T>(
    name: string,
    work: (span: { set(key: 'kontor.statements', value: number): void }) => Promise<T>,
  ): Promise<T>;
}

/** A database each of whose transactions is a span with the number of its statements, where it is part of something traced. */
export function traced(db: Database, spans: Spans | null): Database {
  if (spans === null) return db;
  return {
    ...db,
    transaction: (scope, work) => {
      if (!spans.isInSpan()) return db.transaction(scope, work);
      return spans.inSpan('transaction', (span) =>
        db.transaction(scope, async (trx) => {
          let statements = 0;
          try {
            return await work({
              ...trx,
              query: (statement) => {
                statements += 1;
                return trx.query(statement);
              },
            });
          } finally {
            span.set('kontor.statements', statements);
          }
        }),
      );
    },
  };
}
