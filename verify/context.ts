import { ALL, rows, type Database } from '../db/connect.js';
import type { RenderPool } from '../statements/index.js';
import type { HistoryText, Place } from './secrets.js';

/** What a checker works with. Checkers read; none writes. */
export interface VerifyContext {
  db: Database;
  /** Code of the programme whose rows are checked; null: what belongs to no single programme. */
  programme: string | null;
  /** Null: every period there is. */
  period: string | null;
  /** Null: stored documents are compared with their hashes alone. */
  renderPool: RenderPool | null;
  /** Which documents are rendered again. */
  documents: 'all' | 'sample';
  /** Folder of the embedded inbox with one `.eml` file a mail; null: the outbox alone says what was accepted. */
  inboxDir: string | null;
  /** Histories of workflows as text; null: nobody says where they are. */
  histories: AsyncIterable<HistoryText> | null;
  /** Folders of log files; none: nobody says where they are. */
  logDirs: readonly string[];
  /** The secret in what the database keeps encrypted of that place (config/secretBox.ts); null: it cannot be opened. Null: no keys. */
  openSecret: ((sealed: string, place: string) => string | null) | null;
  /** Told how many of these were looked for; null: no keys. */
  opened: (count: number | null) => void;
  /** Told of each place where secrets were looked for: how many things were searched, null: none. */
  searched: (place: Place, count: number | null) => void;
  now: Date;
  progress: (done: number, total: number) => void;
}

/**
 * One sentence for each thing that is wrong; empty: it holds. `not checked`: there is nothing yet it could be told by; `no longer
 * kept`: what it could be told by has gone by rule 15.
 */
export type Finding = string[] | 'not checked' | 'no longer kept';
export type Checker = (context: VerifyContext) => Promise<Finding>;

/** Rows of one query over everything; `:programme`, and `:period`, null for every period, are bound. */
export function ask<Row>(
  { db, programme, period }: VerifyContext,
  sql: string,
  bindings: Record<string, unknown> = {},
): Promise<Row[]> {
  return db.transaction(ALL, (trx) => rows<Row>(trx, sql, { programme, period, ...bindings }));
}

/** The sentences of queries that select them as `problem`. */
export async function problemsOf(
  context: VerifyContext,
  queries: readonly string[],
  bindings: Record<string, unknown> = {},
): Promise<string[]> {
  const problems: string[] = [];
  for (const query of queries) {
    const found = await ask<{ problem: string }>(context, query, bindings);
    problems.push(...found.map(({ problem }) => problem));
  }
  return problems;
}
