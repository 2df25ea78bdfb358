import { isTransient } from '../../db/transient.js';
import type { Trx } from '../../db/connect.js';
import { KontorError } from '../../domain/errors.js';

/** A stretch of a shard's positions, the end left out. */
export interface Stretch {
  from: number;
  to: number;
}

/** One transaction: `Database.transaction`, or a savepoint of a larger one. */
export type InTransaction = <T>(work: (trx: Trx) => Promise<T>) => Promise<T>;

/** Whether the same step may succeed later without anybody changing its data. */
function mayPass(error: unknown): boolean {
  return error instanceof KontorError ? error.retryable && error.code !== 'INTERNAL' : isTransient(error);
}

/**
 * Runs `work` over a stretch of MSPs in one transaction. Where that fails for a reason that time does not mend, over its
 * halves, in order, until the one MSP is found whose month breaks it: `park` is told of that, and all others are done.
 * Rejects where only time can help, with what was committed before it.
 */
export async function narrowing(
  inTransaction: InTransaction,
  { from, to }: Stretch,
  work: (trx: Trx, stretch: Stretch) => Promise<void>,
  park: (trx: Trx, position: number, error: unknown) => Promise<void>,
): Promise<void> {
  try {
    await inTransaction((trx) => work(trx, { from, to }));
  } catch (error) {
    if (mayPass(error)) throw error;
    if (to - from <= 1) {
      await inTransaction((trx) => park(trx, from, error));
      return;
    }
    const middle = from + Math.ceil((to - from) / 2);
    await narrowing(inTransaction, { from, to: middle }, work, park);
    await narrowing(inTransaction, { from: middle, to }, work, park);
  }
}
