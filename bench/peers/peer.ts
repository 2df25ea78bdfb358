/** The same month on libraries that make work durable in PostgreSQL: the floor's statements, documents, mails and packs. */
import type pg from 'pg';
import { createDocumentTable } from '../floor/documents.js';
import { createPackTable } from '../floor/packs.js';
import { rateMonth } from '../floor/rate.js';
import { zoneDays, type FloorParts } from '../floor/run.js';

export const PEERS = ['pg-boss', 'dbos'] as const;
export type PeerName = (typeof PEERS)[number];

export interface PeerParts extends FloorParts {
  /** The library keeps its own tables there, in a schema of its own. */
  databaseUrl: string;
}

/** Ready: the library's tables stand, and its workers wait for work. */
export interface Peer {
  /** Closes the month once. Throws what a job or a step threw. */
  close(): Promise<{ statements: number; packs: number }>;
  stop(): Promise<void>;
}

/** What `work` writes is kept as a whole or not at all. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Rates the month into logged tables, and does what `rated` does, in one transaction; nothing where that was done before. */
export async function rateOnce(
  pool: pg.Pool,
  rated: (client: pg.PoolClient) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      `select to_regclass('floor_statement') is not null as there`,
    );
    if (rows[0]?.there === true) return;
    await rateMonth(client, { zones: zoneDays(), tables: 'logged' });
    await client.query('alter table floor_statement add primary key (msp_id)');
    await createDocumentTable(client, 'logged');
    await createPackTable(client, 'logged');
    await rated(client);
  });
}
