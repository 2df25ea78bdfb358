import type { Statement } from '../domain/statement.js';

/** Lines of one statement as CSV. */
export function statementCsv(_statement: Statement): Buffer {
  return Buffer.alloc(0);
}

/** Lines of all statements as CSV. */
export function billingLinesCsv(_statements: readonly Statement[]): Buffer {
  return Buffer.alloc(0);
}
