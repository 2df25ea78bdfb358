import { endCollection, endReview } from '../db/closing/gate.js';
import { ALL, type Database } from '../db/connect.js';
import { runKeyOf, type RunInput } from '../domain/run.js';

export interface EndWaitInput extends RunInput {
  shard: number;
  wait: 'collection' | 'review';
  /** ISO instant. */
  at: string;
}

/**
 * Keeps that a person ended a wait of the shard: its deadlines are no later than that instant any more, whatever becomes
 * of the workflow that was told. Idempotent: the instant is absolute.
 */
export const endWait =
  ({ db }: { db: Database }) =>
  (input: EndWaitInput): Promise<void> =>
    db.transaction(ALL, async (trx) => {
      const shard = { ...runKeyOf(input), shard: input.shard };
      const end = input.wait === 'collection' ? endCollection : endReview;
      await end(trx, shard, new Date(input.at));
    });
