import pg from 'pg';
import type { Database } from '../../db/connect.js';
import { verifyAll, type Report, type VerifyOptions } from '../../verify/index.js';
import type { TestDatabase } from '../support/database.js';

export const NOW = new Date('2026-11-20T12:00:00Z');

/** What the owner of the database can do and Kontor's login role cannot. */
const THAWED = [
  'statement',
  'statement_line',
  'statement_document',
  'billing_pack',
  'billing_pack_statement',
  'billing_pack_credit',
  'credit',
  'statement_revision',
  'correction_document',
  'audit_event',
].map((table) => `alter table ${table} disable trigger user`);

export interface Planting {
  /** Verifies with the bugs planted, in a transaction that is rolled back. */
  verifyWith(bugs: readonly string[], options?: VerifyOptions): Promise<Report>;
  stop(): Promise<void>;
}

export function planting({ ownerUrl }: Pick<TestDatabase, 'ownerUrl'>): Planting {
  const owner = new pg.Pool({ connectionString: ownerUrl });
  return {
    verifyWith: async (bugs, options = {}) => {
      const trx = await owner.connect();
      try {
        await trx.query('begin');
        for (const bug of [...THAWED, ...bugs]) await trx.query(bug);
        await trx.query('set local role kontor_app');
        // Checkers run side by side; here they share one connection, and so take turns.
        let turn: Promise<unknown> = Promise.resolve();
        const planted: Pick<Database, 'transaction'> = {
          transaction: (scope, work) => {
            const result = turn.then(async () => {
              await trx.query(`select set_config('kontor.scope', $1, true), set_config('kontor.msp_id', $2, true)`, [
                scope.kind,
                scope.kind === 'msp' ? scope.mspId : '',
              ]);
              return await work({ query: (statement) => trx.query(statement), atCommit: [] });
            });
            turn = result.catch(() => undefined);
            return result;
          },
        };
        return await verifyAll(planted as Database, { now: NOW, ...options });
      } finally {
        await trx.query('rollback');
        trx.release();
      }
    },
    stop: () => owner.end(),
  };
}
