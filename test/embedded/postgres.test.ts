import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres, type EmbeddedPostgres } from '../../embedded/index.js';
import { isAlive } from '../../embedded/process.js';

const moduleUrl = new URL('../../embedded/postgres.js', import.meta.url).href;
let scratch: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];

async function start(folder = dataDir, port?: number, log?: (line: string) => void): Promise<EmbeddedPostgres> {
  const server = await startPostgres({
    dataDir: folder,
    fsync: false,
    ...(port === undefined ? {} : { port }),
    ...(log === undefined ? {} : { log }),
  });
  running.push(server);
  return server;
}

async function query(server: { adminUrl: string }, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** A process of its own that starts the server and is then killed, with its guard or without. */
async function startAndKill(opts: { guardToo: boolean }): Promise<number> {
  const script = `import(${JSON.stringify(moduleUrl)})
    .then((m) => m.startPostgres({ dataDir: ${JSON.stringify(dataDir)}, fsync: false }))
    .then(() => { console.log('ready'); setInterval(() => {}, 1000); });`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  const postmaster = Number((await readFile(join(dataDir, 'pgdata/postmaster.pid'), 'utf8')).split('\n')[0]);
  const guards = childrenOf(parent.pid!).filter(({ args }) => args.includes('reaperMain'));
  expect(guards).toHaveLength(1);
  if (opts.guardToo) for (const { pid } of guards) process.kill(pid, 'SIGKILL');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return postmaster;
}

function childrenOf(parent: number): { pid: number; args: string }[] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => Number(match?.[2]) === parent)
    .map((match) => ({ pid: Number(match?.[1]), args: match?.[3] ?? '' }));
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kontor-pg-'));
  // PostgreSQL runs as another account when the tests run as root.
  spawnSync('chmod', ['755', scratch]);
  dataDir = join(scratch, 'main');
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('sorts by code point, thinks in UTC and lets nobody in without the password', async () => {
    const server = await start();
    expect(await query(server, `SELECT name FROM unnest(ARRAY['b','ä','B','Z']) AS name ORDER BY name`)).toEqual([
      'B',
      'Z',
      'b',
      'ä',
    ]);
    expect(
      await query(server, `SELECT upper('łódź'), current_setting('TimeZone'), current_setting('server_encoding')`),
    ).toEqual(['ŁÓDŹ', 'UTC', 'UTF8']);
    const stranger = { adminUrl: `postgres://postgres:guess@127.0.0.1:${server.port}/postgres` };
    await expect(query(stranger, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(dataDir, 'superuser-password'))).mode & 0o777).toBe(0o600);
  });

  it('has its data again after a stop and a start', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept AS SELECT 7 AS id');
    await first.stop();
    await expect(query(first, 'SELECT 1')).rejects.toThrow();
    expect(await query(await start(), 'SELECT id FROM kept')).toEqual([7]);
  });

  it('refuses a second start over the same directory while the first one lives', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'EMBEDDED_IN_USE' });
  });

  it('does not outlive a process that was killed', async () => {
    const postmaster = await startAndKill({ guardToo: false });
    for (let i = 0; i < 200 && isAlive(postmaster); i++) await sleep(25);
    expect(isAlive(postmaster)).toBe(false);
  });

  it('takes over from a server that a killed run left behind', async () => {
    const postmaster = await startAndKill({ guardToo: true });
    expect(isAlive(postmaster)).toBe(true);
    const lines: string[] = [];
    const server = await start(dataDir, undefined, (line) => lines.push(line));
    expect(lines).toEqual([expect.stringContaining(`process ${postmaster}`)]);
    expect(isAlive(postmaster)).toBe(false);
    expect(await query(server, 'SELECT id FROM kept')).toEqual([7]);
  });

  it('is not stopped by a lock file whose pid now belongs to another process', async () => {
    await writeFile(join(dataDir, 'pgdata/postmaster.pid'), `${process.pid}\n${dataDir}/pgdata\n1\n5432\n`);
    expect(await query(await start(), 'SELECT id FROM kept')).toEqual([7]);
  });

  it('starts twice at once side by side, after a first start that died half-way', async () => {
    await mkdir(join(scratch, 'half/pgdata.new-1/base'), { recursive: true });
    const [one, two] = await Promise.all([start(join(scratch, 'half'), 5499), start(join(scratch, 'other'), 5499)]);
    expect(one.port).not.toBe(two.port);
    expect(await Promise.all([query(one, 'SELECT 1'), query(two, 'SELECT 2')])).toEqual([[1], [2]]);
  });
});
