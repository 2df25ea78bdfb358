/**
 * The month on pg-boss: a job that rates it, a job for each MSP, a job for each distributor. Jobs are sent in the transaction
 * that makes them due. pg-boss has no job that waits for others: whoever finishes the last statement sends the packs.
 */
import { EventEmitter, once } from 'node:events';
import PgBoss from 'pg-boss';
import type pg from 'pg';
import { inParallel } from '../../domain/inParallel.js';
import { largestFirst } from '../floor/documents.js';
import { distributorsWithStatements, sendPack, type Distributor } from '../floor/packs.js';
import { LANES, makeStatements, STATEMENTS_AT_ONCE } from '../floor/run.js';
import { inTransaction, rateOnce, type Peer, type PeerParts } from './peer.js';

const MONTH = 'month';
const STATEMENT = 'statement';
const PACK = 'pack';
/** The least that pg-boss allows; without more jobs to fetch at once than one it would be the pace of each worker. */
const POLL_S = 0.5;
const PACKS_AT_ONCE = 20;
/** As many packs are held at once as by the floor. */
const PACK_LANES = 2;

interface StatementJob {
  mspId: string;
}

/** pg-boss writes through the transaction's own connection. */
const through = (client: pg.PoolClient): PgBoss.ConnectionOptions => ({
  db: { executeSql: (text, values) => client.query<Record<string, unknown>>(text, values) },
});

/** Counts work that was done for the first time; how much of the stage is left then. Null: all of it was done before. */
async function markDone(client: pg.PoolClient, stage: string, ids: readonly string[]): Promise<number | null> {
  const { rowCount } = await client.query(
    'insert into floor_done select $1, unnest($2::uuid[]) on conflict do nothing',
    [stage, ids],
  );
  if ((rowCount ?? 0) === 0) return null;
  // Two that finish at once wait here for each other.
  const { rows } = await client.query<{ units: number }>(
    'update floor_left set units = units - $2 where stage = $1 returning units',
    [stage, rowCount],
  );
  return rows[0]?.units ?? null;
}

async function notYetDone(pool: pg.Pool, stage: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('select id from floor_done where stage = $1 and id = any($2)', [
    stage,
    ids,
  ]);
  const done = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !done.has(id));
}

/** Sends a job for each MSP, those with the most lines first. */
async function sendStatements(boss: PgBoss, client: pg.PoolClient): Promise<void> {
  await client.query('create table floor_left (stage text primary key, units int not null)');
  await client.query('create table floor_done (stage text, id uuid, primary key (stage, id))');
  const mspIds = await largestFirst(client);
  const distributors = await distributorsWithStatements(client);
  await client.query('insert into floor_left values ($1, $2), ($3, $4)', [
    ...[STATEMENT, mspIds.length],
    ...[PACK, distributors.length],
  ]);
  await boss.insert(
    mspIds.map((mspId, place) => ({ name: STATEMENT, data: { mspId }, priority: mspIds.length - place })),
    through(client),
  );
}

async function sendPackJobs(boss: PgBoss, client: pg.PoolClient): Promise<void> {
  const distributors = await distributorsWithStatements(client);
  await boss.insert(
    distributors.map((distributor) => ({ name: PACK, data: distributor })),
    through(client),
  );
}

/** Does those of the jobs whose mail is not known to have gone; the last of all sends the packs. */
async function doStatements(boss: PgBoss, parts: PeerParts, jobs: readonly PgBoss.Job<StatementJob>[]): Promise<void> {
  const mspIds = await notYetDone(
    parts.pool,
    STATEMENT,
    jobs.map(({ data }) => data.mspId),
  );
  await makeStatements(parts, mspIds);
  await inTransaction(parts.pool, async (client) => {
    if ((await markDone(client, STATEMENT, mspIds)) === 0) await sendPackJobs(boss, client);
  });
}

/** True: these were the last. */
async function doPacks(parts: PeerParts, jobs: readonly PgBoss.Job<Distributor>[]): Promise<boolean> {
  const byId = new Map(jobs.map(({ data }) => [data.id, data]));
  const due = await notYetDone(parts.pool, PACK, [...byId.keys()]);
  await inParallel(due, PACK_LANES, async (id) => {
    const distributor = byId.get(id);
    if (distributor !== undefined) await sendPack(parts, distributor);
  });
  return (await inTransaction(parts.pool, (client) => markDone(client, PACK, due))) === 0;
}

async function made(pool: pg.Pool): Promise<{ statements: number; packs: number }> {
  const { rows } = await pool.query<{ statements: number; packs: number }>(
    `select (select count(*)::int from floor_done where stage = '${STATEMENT}') as statements,
       (select count(*)::int from floor_pack) as packs`,
  );
  return rows[0] ?? { statements: 0, packs: 0 };
}

/** Creates pg-boss' tables and starts its workers. */
export async function startPgBoss(parts: PeerParts): Promise<Peer> {
  const { pool } = parts;
  const boss = new PgBoss({ connectionString: parts.databaseUrl });
  const last = new EventEmitter();
  boss.on('error', (error) => last.emit('error', error));
  await boss.start();
  for (const queue of [MONTH, STATEMENT, PACK]) await boss.createQueue(queue);
  const workers: string[] = [];
  /** The first failure ends the measurement, though pg-boss would try again. */
  const work = async <Data>(
    queue: string,
    batchSize: number,
    handle: (jobs: readonly PgBoss.Job<Data>[]) => Promise<void>,
  ) => {
    const options = { batchSize, pollingIntervalSeconds: POLL_S };
    workers.push(
      await boss.work<Data>(queue, options, async (jobs) => {
        await handle(jobs).catch((error: unknown) => {
          last.emit('error', error);
          throw error;
        });
      }),
    );
  };
  // Jobs that this process sends need not wait for the next look.
  const notify = () => {
    for (const worker of workers) boss.notifyWorker(worker);
  };
  await work(MONTH, 1, async () => {
    await rateOnce(pool, (client) => sendStatements(boss, client));
    notify();
  });
  for (let lane = 0; lane < LANES; lane += 1) {
    await work<StatementJob>(STATEMENT, STATEMENTS_AT_ONCE, async (jobs) => {
      await doStatements(boss, parts, jobs);
      notify();
    });
  }
  await work<Distributor>(PACK, PACKS_AT_ONCE, async (jobs) => {
    if (await doPacks(parts, jobs)) last.emit('done');
  });
  return {
    close: async () => {
      const done = once(last, 'done');
      await boss.send(MONTH, {});
      notify();
      await done;
      return made(pool);
    },
    stop: () => boss.stop(),
  };
}
