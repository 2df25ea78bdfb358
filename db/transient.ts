/** SQLSTATE classes after which the same statement may succeed: connection, transaction state, locks, resources, shutdown. */
const TRANSIENT_SQLSTATE = /^(08|25|40|53|55|57|58)/;
const NETWORK = /^E(CONN|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)/;
/** What the driver and its pool say, without a code, of a connection that is gone, silent, or not to be had. */
const NO_CONNECTION =
  /Connection terminated|connection error and is not queryable|Query read timeout|timeout (?:exceeded|expired)|operation timed out|Timeout acquiring a connection|Unable to acquire a connection|Transaction query already complete/;

/** The SQLSTATE or the system's code of an error; empty: it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What the database said, without the statement that knex puts before it. */
export function saidBy(error: Error): string {
  const end = error.message.lastIndexOf(' - ');
  return codeOf(error) === '' || end === -1 ? error.message : error.message.slice(end + 3);
}

const TOO_MANY_CONNECTIONS = '53300';

/** For operators: the whole of what was said, and what to set where that is known. */
export function databaseAway(error: Error): string {
  const code = codeOf(error);
  const said = `PostgreSQL: ${saidBy(error)}${code === '' ? '' : ` (${code})`}`;
  if (code !== TOO_MANY_CONNECTIONS) return said;
  return `${said}. Each process holds up to DATABASE_POOL connections: lower that, or raise the limit (alter role … connection limit, max_connections).`;
}

/** Whether the database may do the same later: it did not answer, was busy, or gave another transaction precedence. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return TRANSIENT_SQLSTATE.test(code) || NETWORK.test(code) || NO_CONNECTION.test(error.message);
}
