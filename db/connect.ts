import knex, { type Knex } from 'knex';
import { createHash } from 'node:crypto';
import pg from 'pg';

/** A transaction with its scope set. Every store takes one; none opens its own. */
export type Trx = Knex.Transaction;

/** Whose rows a transaction may see; enforced by row level security, not by filters. */
export type Scope =
  | { kind: 'all' }
  | { kind: 'msp'; mspId: string }
  | { kind: 'distributor'; distributorId: string }
  /** Named tenants alone, of whatever MSP; `companyId` is the reader's own. */
  | { kind: 'tenants'; companyId: string; tenantIds: readonly string[] };

export const ALL: Scope = { kind: 'all' };

// bigint and numeric arrive as strings and stay exact; dates stay `YYYY-MM-DD` instead of becoming local midnights.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface Database {
  /** Runs `work` in one transaction that sees what `scope` allows. Rolled back when it throws. */
  transaction<T>(scope: Scope, work: (trx: Trx) => Promise<T>): Promise<T>;
  /** One statement of its own that sees nothing, unless a function it calls says what it may. */
  statement<Row>(sql: string, bindings: Knex.RawBinding[]): Promise<Row[]>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
  /** Statements sent since the start: the demo reports how many a close takes. */
  statementCount(): number;
}

const SET_SCOPE = `select set_config('kontor.scope', ?, true), set_config('kontor.msp_id', ?, true),
  set_config('kontor.distributor_id', ?, true), set_config('kontor.company_id', ?, true)`;

/** The statement a transaction begins with: it sets whose rows the others see. */
function enter(trx: Trx, scope: Scope): Promise<unknown> {
  switch (scope.kind) {
    case 'all':
      return rows(trx, SET_SCOPE, ['all', '', '', '']);
    case 'msp':
      return rows(trx, SET_SCOPE, ['msp', scope.mspId, '', scope.mspId]);
    case 'distributor':
      return rows(trx, SET_SCOPE, ['distributor', '', scope.distributorId, scope.distributorId]);
    case 'tenants':
      return rows(trx, 'select kontor_enter_tenants(?, ?)', [scope.companyId, `{${scope.tenantIds.join()}}`]);
  }
}

/**
 * How long the database may take, in milliseconds; each ends before the next one would, so that the nearer cause is told.
 * A chunk of a month takes a second or two. What an interrupted transaction holds is free again after `idle`.
 */
const PATIENCE = {
  connection: 10_000,
  lock: 8_000,
  statement: 25_000,
  /** From a server, or a network, that says nothing at all. */
  silence: 30_000,
  idle: 30_000,
} as const;
/** For commands over whole months, such as `kontor verify`. */
const LONG_STATEMENT_MS = 300_000;
const KEEPALIVE_MS = 10_000;

/**
 * A connection that has not answered in time is closed: given back to the pool as it is, whoever got it next would wait as
 * long. The server rolls back what it was in the middle of.
 */
function closeWhenSilent(connection: pg.Client): void {
  const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
  const watched = (...args: unknown[]): unknown => {
    const done = args.at(-1);
    if (typeof done !== 'function') return query(...args);
    return query(...args.slice(0, -1), (error: unknown, result: unknown) => {
      if (error instanceof Error && error.message === 'Query read timeout') void connection.end();
      Reflect.apply(done, undefined, [error, result]);
    });
  };
  Object.defineProperty(connection, 'query', { value: watched });
}

/**
 * Connects as the login role. `poolSize` connections at most; `url` is a postgres:// address. `long`: single statements may
 * take minutes.
 */
export function connect(url: string, poolSize: number, { long = false }: { long?: boolean } = {}): Database {
  const statement = long ? LONG_STATEMENT_MS : PATIENCE.statement;
  const connection: pg.ClientConfig = {
    connectionString: url,
    application_name: 'kontor',
    connectionTimeoutMillis: PATIENCE.connection,
    statement_timeout: statement,
    query_timeout: statement + (PATIENCE.silence - PATIENCE.statement),
    lock_timeout: PATIENCE.lock,
    idle_in_transaction_session_timeout: long ? LONG_STATEMENT_MS : PATIENCE.idle,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
  };
  const db = knex({
    client: 'pg',
    connection: connection as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: poolSize,
      acquireTimeoutMillis: 30_000,
      afterCreate: (connection: pg.Client, done: (error: Error | null, connection: pg.Client) => void) => {
        closeWhenSilent(connection);
        done(null, connection);
      },
    },
  });
  let statements = 0;
  db.on('query', () => {
    statements += 1;
  });
  return {
    transaction: (scope, work) =>
      db.transaction(async (trx) => {
        await enter(trx, scope);
        return work(trx);
      }),
    statement: (sql, bindings) => rows(db, sql, bindings),
    ping: async () => {
      await db.raw('select 1');
    },
    close: () => db.destroy(),
    statementCount: () => statements,
  };
}

const preparedNames = new Map<string, string>();

/** A name for the text, the same in every process. */
function preparedName(sql: string): string {
  const known = preparedNames.get(sql);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(sql).digest('base64url');
  preparedNames.set(sql, name);
  return name;
}

/**
 * One statement, its rows. For SQL that is clearer as SQL; `?` and `:name` are bound, never spliced in. Prepared once per
 * connection: with row level security, planning takes longer than most statements run. So the text must be one of a few,
 * never put together from data.
 */
export async function rows<Row>(
  trx: Knex,
  sql: string,
  bindings: Knex.RawBinding[] | Knex.ValueDict = [],
): Promise<Row[]> {
  const prepared = trx.raw(sql, bindings).options({ name: preparedName(sql) });
  const result = (await prepared) as unknown as { rows: Row[] };
  return result.rows;
}
