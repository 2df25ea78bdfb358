import pg from 'pg';
import { failpoint } from '../domain/failpoint.js';
import { createPresence } from './presence.js';
import { SCOPES, type Scope } from './scope.js';
import { toPrepared, toQuery, type Bindings } from './statement.js';

export { ALL, RETENTION, type Scope } from './scope.js';
export type { Bindings } from './statement.js';

/** A transaction with its scope set. Every store takes one; none opens its own. */
export interface Trx {
  query(statement: pg.QueryConfig): Promise<{ rows: unknown[] }>;
  /**
   * Statements that are sent with the commit, in one message: a lock that everybody else waits for is held for no answer's way
   * back. Values are spliced in as literals (`literal`).
   */
  readonly atCommit: string[];
}

/** A text as SQL writes it. */
export const literal = (text: string): string => pg.escapeLiteral(text);

// bigint and numeric arrive as strings and stay exact; dates stay `YYYY-MM-DD` instead of becoming local midnights.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface Database {
  /** Runs `work` in one transaction that sees what `scope` allows. Rolled back when it throws. */
  transaction<T>(scope: Scope, work: (trx: Trx) => Promise<T> | T): Promise<T>;
  /** One statement of its own that sees nothing, unless a function it calls says what it may. */
  statement<Row>(sql: string, bindings: Bindings): Promise<Row[]>;
  /** A number by which other processes see that this one lives (db/presence.ts). */
  presence(): Promise<number>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
  /** Statements sent since the start: the demo reports how many a close takes. */
  statementCount(): number;
}

const ACQUIRE_TIMEOUT_MS = 30_000;
const IDLE_MS = 30_000;

/** All connections stayed busy, or none could be opened. */
class DatabaseBusyError extends Error {
  override readonly name = 'DatabaseBusyError';
}

/**
 * How long the database may take, in milliseconds; each ends before the next one would, so that the nearer cause is told.
 * A chunk of a month takes a second or two. What an interrupted transaction holds is free again after `idle`.
 */
const PATIENCE = {
  lock: 8_000,
  statement: 25_000,
  /** From a server, or a network, that says nothing at all. */
  silence: 30_000,
  idle: 30_000,
} as const;
/** For commands over whole months, such as `kontor verify`. */
const LONG_STATEMENT_MS = 300_000;
const KEEPALIVE_MS = 10_000;
/** How pg says that `query_timeout` has passed. */
const SILENT = 'Query read timeout';

function createPool(url: string, max: number, long: boolean): pg.Pool {
  const statement = long ? LONG_STATEMENT_MS : PATIENCE.statement;
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'kontor',
    max,
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: statement,
    query_timeout: statement + (PATIENCE.silence - PATIENCE.statement),
    lock_timeout: PATIENCE.lock,
    idle_in_transaction_session_timeout: long ? LONG_STATEMENT_MS : PATIENCE.idle,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
  });
  // Whoever uses a connection that breaks hears of it by its statement; one that breaks unused is taken out of the pool.
  const heard = () => undefined;
  pool.on('error', heard);
  pool.on('connect', (client) => client.on('error', heard));
  return pool;
}

async function acquire(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    // Neither of the pool's own timeouts has a code.
    if (error instanceof Error && !('code' in error) && error.message.includes('time')) {
      throw new DatabaseBusyError(error.message, { cause: error });
    }
    throw error;
  }
}

/**
 * Connects as the login role. `poolSize` connections at most; `url` is a postgres:// address. `long`: single statements may
 * take minutes.
 */
export function connect(url: string, poolSize: number, { long = false }: { long?: boolean } = {}): Database {
  const pool = createPool(url, poolSize, long);
  const presence = createPresence(url);
  let closed: Promise<void> | undefined;
  let statements = 0;

  async function transaction<T>(scope: Scope, work: (trx: Trx) => Promise<T> | T): Promise<T> {
    const { begin, plans } = SCOPES[scope.kind];
    const client = await acquire(pool);
    let isOver = false;
    const send = (statement: pg.QueryConfig) => {
      statements += 1;
      return client.query(statement);
    };
    const trx: Trx = {
      query: (statement) => {
        // The connection may be another transaction's by now.
        if (isOver) return Promise.reject(new Error('The transaction is over.'));
        const { name } = statement;
        return send(name === undefined ? statement : { ...statement, name: name + plans });
      },
      atCommit: [],
    };
    try {
      await send({ text: begin(scope as never) });
      const result = await work(trx);
      isOver = true;
      failpoint('commit.before');
      const ended = [await send({ text: [...trx.atCommit, 'commit'].join(';\n') })].flat();
      failpoint('commit.after');
      if (ended.at(-1)?.command !== 'COMMIT')
        throw new Error('A statement failed, and the transaction went on as if it had not.');
      client.release();
      return result;
    } catch (error) {
      isOver = true;
      // A connection that says nothing is closed: the server rolls back what it was in the middle of.
      if (error instanceof Error && error.message === SILENT) {
        client.release(error);
        throw error;
      }
      await send({ text: 'rollback' }).then(
        () => {
          client.release();
        },
        () => {
          client.release(true);
        },
      );
      throw error;
    }
  }

  return {
    transaction,
    statement: (sql, bindings) => {
      statements += 1;
      return rows({ query: (statement) => pool.query(statement) }, sql, bindings);
    },
    ping: async () => {
      await pool.query('select 1');
    },
    presence: () => presence.number(),
    close: () => (closed ??= Promise.all([presence.close(), pool.end()]).then(() => undefined)),
    statementCount: () => statements,
  };
}

/**
 * One statement, its rows. `?` and `:name` are bound, never spliced in. Prepared once per connection: with row level
 * security, planning takes longer than most statements run. So the text must be one of a few, never put together from data.
 */
export async function rows<Row>(trx: Pick<Trx, 'query'>, sql: string, bindings: Bindings = []): Promise<Row[]> {
  return (await trx.query(toPrepared(sql, bindings))).rows as Row[];
}

/** The same for a text that is put together anew each time, and so not prepared. */
export async function unprepared<Row>(trx: Trx, sql: string, bindings: Bindings = []): Promise<Row[]> {
  return (await trx.query(toQuery(sql, bindings))).rows as Row[];
}

/** Runs `work` in a part of the transaction that is undone alone when it throws. */
export async function savepoint<T>(trx: Trx, work: (trx: Trx) => Promise<T>): Promise<T> {
  const atCommit = trx.atCommit.length;
  await rows(trx, 'savepoint part');
  try {
    const result = await work(trx);
    await rows(trx, 'release savepoint part');
    return result;
  } catch (error) {
    await rows(trx, 'rollback to savepoint part');
    trx.atCommit.length = atCommit;
    throw error;
  }
}
