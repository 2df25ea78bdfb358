import pg from 'pg';
import { SCOPES, type Scope } from './scope.js';
import { toPrepared, toQuery, type Bindings } from './statement.js';

export { ALL, type Scope } from './scope.js';
export type { Bindings } from './statement.js';

/** A transaction with its scope set. Every store takes one; none opens its own. */
export interface Trx {
  query(statement: pg.QueryConfig): Promise<{ rows: unknown[] }>;
}

// bigint and numeric arrive as strings and stay exact; dates stay `YYYY-MM-DD` instead of becoming local midnights.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface Database {
  /** Runs `work` in one transaction that sees what `scope` allows. Rolled back when it throws. */
  transaction<T>(scope: Scope, work: (trx: Trx) => Promise<T>): Promise<T>;
  /** One statement of its own that sees nothing, unless a function it calls says what it may. */
  statement<Row>(sql: string, bindings: Bindings): Promise<Row[]>;
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

function createPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'kontor',
    statement_timeout: 300_000,
    max,
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
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

/** Connects as the login role. `poolSize` connections at most; `url` is a postgres:// address. */
export function connect(url: string, poolSize: number): Database {
  const pool = createPool(url, poolSize);
  let closed: Promise<void> | undefined;
  let statements = 0;

  async function transaction<T>(scope: Scope, work: (trx: Trx) => Promise<T>): Promise<T> {
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
    };
    try {
      await send({ text: begin(scope as never) });
      const result = await work(trx);
      isOver = true;
      const { command } = await send({ text: 'commit' });
      if (command !== 'COMMIT') throw new Error('A statement failed, and the transaction went on as if it had not.');
      client.release();
      return result;
    } catch (error) {
      isOver = true;
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
    close: () => (closed ??= pool.end()),
    statementCount: () => statements,
  };
}

/**
 * One statement, its rows. `?` and `:name` are bound, never spliced in. Prepared once per connection: with row level
 * security, planning takes longer than most statements run. So the text must be one of a few, never put together from data.
 */
export async function rows<Row>(trx: Trx, sql: string, bindings: Bindings = []): Promise<Row[]> {
  return (await trx.query(toPrepared(sql, bindings))).rows as Row[];
}

/** The same for a text that is put together anew each time, and so not prepared. */
export async function unprepared<Row>(trx: Trx, sql: string, bindings: Bindings = []): Promise<Row[]> {
  return (await trx.query(toQuery(sql, bindings))).rows as Row[];
}
