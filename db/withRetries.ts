import { codeOf } from './transient.js';

const MAX_ATTEMPTS = 3;

/** Deadlock or serialization failure: somebody else was at the same rows, and the transaction is rolled back. */
function mayTryAgain(error: unknown): boolean {
  return codeOf(error).startsWith('40');
}

/** Runs a transaction, and once or twice more where PostgreSQL ended it in favour of another. It does nothing else than SQL. */
export async function withRetries<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !mayTryAgain(error)) throw error;
    }
  }
}
