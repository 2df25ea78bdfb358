import { randomInt } from 'node:crypto';
import pg from 'pg';

/** Apart from other advisory locks: `kont` as bytes. */
const NAMESPACE = 0x6b6f6e74;
const MAX_INTEGER = 2 ** 31 - 1;

/** In SQL: the process that has this number is connected. It is gone as soon as its connection is, however it ended. */
export const isPresent = (number: string): string =>
  `exists (select from pg_locks l where l.locktype = 'advisory' and l.classid = ${NAMESPACE} and l.objid = ${number}::oid
     and l.objsubid = 2 and l.granted and l.database = (select oid from pg_database where datname = current_database()))`;

export interface Presence {
  /** This process's number, held by a connection of its own while the process lives; another one after that has broken. */
  number(): Promise<number>;
  close(): Promise<void>;
}

/** Lets other processes see, through the database at `url`, that this one lives. */
export function createPresence(url: string): Presence {
  let held: Promise<{ client: pg.Client; number: number }> | undefined;
  const take = async () => {
    const client = new pg.Client({ connectionString: url, application_name: 'kontor presence', keepAlive: true });
    const lost = () => (held = undefined);
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    const number = randomInt(1, MAX_INTEGER);
    await client.query('select pg_advisory_lock_shared($1, $2)', [NAMESPACE, number]);
    return { client, number };
  };
  return {
    number: async () => {
      held ??= take().catch((error: unknown) => {
        held = undefined;
        throw error;
      });
      return (await held).number;
    },
    close: async () => {
      const { client } = (await held?.catch(() => undefined)) ?? {};
      await client?.end();
    },
  };
}
