import { ALL, rows, type Database } from '../db/connect.js';
import type { Knex } from 'knex';
import type { Period } from '../domain/period.js';
import type { RenderPool } from '../statements/index.js';

/** What a checker works with. Checkers read; none writes. */
export interface VerifyContext {
  db: Database;
  /** Null: every period there is. */
  period: Period | null;
  /** Null: stored documents are compared with their hashes alone. */
  renderPool: RenderPool | null;
  /** Folder of the embedded inbox with one `.eml` file a mail; null: the outbox alone says what was accepted. */
  inboxDir: string | null;
  now: Date;
  progress: (done: number, total: number) => void;
}

/** One sentence for each thing that is wrong; empty: it holds. `not checked`: there is nothing yet it could be told by. */
export type Finding = string[] | 'not checked';
export type Checker = (context: VerifyContext) => Promise<Finding>;

/** Rows of one query over everything; `:period` is bound, null for every period. */
export function ask<Row>({ db, period }: VerifyContext, sql: string, bindings: Knex.ValueDict = {}): Promise<Row[]> {
  return db.transaction(ALL, (trx) => rows<Row>(trx, sql, { period, ...bindings }));
}

/** The sentences of a query that selects them as `problem`. */
export async function problemsOf(context: VerifyContext, sql: string): Promise<string[]> {
  const found = await ask<{ problem: string }>(context, sql);
  return found.map(({ problem }) => problem);
}
