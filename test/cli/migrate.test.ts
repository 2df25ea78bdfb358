import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import pg from 'pg';
import { lookAtSetup, setUp } from '../../cli/services/temporalSetup.js';
import { readEnv } from '../../config/env.js';
import { SEARCH_ATTRIBUTES } from '../../workflows/searchAttributes.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { refusingTemporal } from '../support/refusingTemporal.js';
import { LOGIN_PASSWORD, services } from '../support/services.js';
import { createTestNamespace, testTemporal } from '../support/temporal.js';

const script = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const NAMES = SEARCH_ATTRIBUTES.map(({ name }) => name);
const INT = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_INT;
const COMMON = ['watch-contact', 'watch-rates', 'retention', 'deliver-mail'];

interface Ended {
  status: number | null;
  out: string;
  said: string;
}

async function run(name: string, words: readonly string[], env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, [script(name), ...words], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  const ended: Ended = { status: null, out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => (ended.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ended.said += chunk.toString()));
  [ended.status] = (await once(child, 'close')) as [number | null];
  return ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('kontor migrate and workers', () => {
  let database: TestDatabase;
  let client: Client;
  let env: Record<string, string>;
  let worker: ChildProcess | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { address } = testTemporal();
    const namespace = await createTestNamespace();
    client = new Client({ connection: await Connection.connect({ address }), namespace });
    env = {
      ...{ DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl, SMTP_URL: 'smtp://127.0.0.1:1' },
      ...{ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, LOG_LEVEL: 'warn' },
    };
    await monthFixture(database.db).programme({ code: 'msp', firstPeriod: '2026-03' });
  });
  afterAll(async () => {
    worker?.kill('SIGKILL');
    await client.connection.close();
    await database.drop();
  });

  it('leaves stdout to the result where the database does not answer', async () => {
    const away = { DATABASE_OWNER_URL: 'postgres://owner:x@127.0.0.1:1/kontor' };
    const { status, out, said } = await run('cli/main.js', ['migrate', '--check', '--json'], { ...env, ...away });
    expect([status, out]).toEqual([1, '']);
    expect(said).toContain('ECONNREFUSED');
  });

  const migrate = (...words: string[]) => run('cli/main.js', ['migrate', ...words], env);
  const check = () => lookAtSetup(readEnv(env), { migrated: true });
  const schedule = (id: string) => client.schedule.getHandle(id);

  it('says beforehand what it would do, and does nothing', async () => {
    const temporal = {
      attributes: NAMES.map((name) => ({ name, found: null })),
      schedules: [...COMMON, 'month-end:msp'].map((scheduleId) => ({ scheduleId, fault: 'missing' })),
    };
    const { status, out } = await migrate('--check', '--json');
    expect([status, JSON.parse(out)]).toEqual([1, { database: { pending: [], newer: [] }, temporal }]);
    expect(await check()).toEqual(temporal);
    const said = await migrate('--check');
    expect(said.out).toContain('Search attribute Stage would be registered.\n');
    expect(said.out).toContain('Schedule month-end:msp would be made.\n');
  });

  it('a worker does not start without the search attributes, says which are missing and what sets them', async () => {
    const { status, said } = await run('worker/main.js', [], env);
    expect(status).toBe(2);
    for (const name of NAMES) expect(said).toContain(`The search attribute ${name} is missing`);
    expect(said).toContain('`kontor migrate` registers what is missing');
    expect(said).toContain(`tcld namespace search-attributes add --namespace ${env.TEMPORAL_NAMESPACE}`);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('sets all of it, from two places at once, and again', async () => {
    const [{ status, out, said }] = await Promise.all([migrate('--json'), setUp(readEnv(env))]);
    expect([status, said, JSON.parse(out)]).toMatchObject([
      0,
      '',
      { database: { migrations: [] }, temporal: { failed: [] } },
    ]);
    expect(await check()).toEqual({ attributes: [], schedules: [] });
    expect((await schedule('retention').describe()).action).toMatchObject({ workflowType: 'applyRetention' });
    expect((await migrate()).out).toBe('The database is up to date.\nSchedules set: 5.\n');
    expect(await migrate('--check')).toMatchObject({
      status: 0,
      out: 'The database is up to date.\nTemporal is up to date.\n',
    });
  });

  it('a worker leaves a schedule as it finds it, says so on /readyz, and migrate sets it without ending a pause; the SDK and Kontor measure on one page', async () => {
    await schedule('watch-rates').delete();
    await schedule('deliver-mail').update((previous) => ({
      ...previous,
      spec: { intervals: [{ every: '7 minutes' }] },
    }));
    await schedule('deliver-mail').pause('while the relay is moved');
    const port = await freePort();
    worker = spawn(process.execPath, [script('worker/main.js')], {
      env: { ...process.env, NODE_OPTIONS: '', ...env, METRICS_PORT: String(port) },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await once(worker, 'message');
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(answer.status).toBe(200);
    const warnings = [
      'The schedule watch-rates is missing, so nothing starts by it: `kontor migrate` sets it.',
      'The schedule deliver-mail is another one than this version of Kontor sets: `kontor migrate` sets it.',
    ];
    expect(await answer.json()).toEqual({ worker: 'ok', database: 'ok', warnings });
    const status = await run('cli/main.js', ['status', '--json'], env);
    expect(JSON.parse(status.out)).toMatchObject({ runs: [], warnings });
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    for (const name of [
      'kontor_worker_activities_in_flight',
      'process_cpu_seconds_total',
      'temporal_worker_start_total',
    ]) {
      expect(page).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge)$`, 'm'));
    }
    expect(page).toMatch(/^temporal_worker_task_slots_available\{.*worker_type="ActivityWorker".*\} \d+$/m);
    expect((await check()).schedules).toMatchObject([
      { scheduleId: 'watch-rates' },
      { scheduleId: 'deliver-mail', fault: 'other' },
    ]);
    await setUp(readEnv(env));
    expect((await check()).schedules).toEqual([]);
    const { spec, state } = await schedule('deliver-mail').describe();
    expect([spec.intervals, state.paused, state.note]).toEqual([
      [{ every: 300_000 }],
      true,
      'while the relay is moved',
    ]);
  });

  it('names an attribute of another type, which nobody changes by itself', async () => {
    const namespace = await createTestNamespace();
    await client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { Stage: INT } });
    const elsewhere = { ...env, TEMPORAL_NAMESPACE: namespace };
    const migrated = await run('cli/main.js', ['migrate'], elsewhere);
    expect(migrated.status).toBe(1);
    const sentence = `The search attribute Stage of namespace "${namespace}" is of type Int: Kontor needs it as a Keyword.`;
    expect(migrated.said).toContain(sentence);
    const started = await run('worker/main.js', [], elsewhere);
    expect([started.status, started.said.includes(sentence)]).toEqual([2, true]);
  });

  it('where Temporal registers nothing for Kontor, as in its Cloud, says what a person does, and goes by the names it sees', async () => {
    const namespace = await createTestNamespace();
    const calls = ['ListSearchAttributes', 'AddSearchAttributes'];
    const cloud = await refusingTemporal(testTemporal().address, calls);
    try {
      const there = { ...env, TEMPORAL_ADDRESS: cloud.address, TEMPORAL_NAMESPACE: namespace };
      const refused = await run('cli/main.js', ['migrate'], there);
      expect(refused.status).toBe(1);
      expect(refused.said).toContain(`tcld namespace search-attributes add --namespace ${namespace}`);
      expect(refused.said).toContain('--search-attribute "Programme=Keyword"');
      // By hand, as the Cloud's own tools would.
      const searchAttributes = Object.fromEntries(NAMES.map((name) => [name, 2]));
      await client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
      const migrated = await run('cli/main.js', ['migrate'], there);
      expect([migrated.status, migrated.said]).toEqual([0, '']);
    } finally {
      await cloud.close();
    }
  });
});

describe('kontor migrate over an empty database', () => {
  const name = `kontor_${randomBytes(6).toString('hex')}`;
  const owner = new URL(services().adminUrl);
  owner.pathname = `/${name}`;
  const login = new URL(owner);
  login.username = 'kontor_app';
  login.password = LOGIN_PASSWORD;
  const env = { DATABASE_OWNER_URL: owner.toString(), DATABASE_URL: login.toString(), TEMPORAL_ADDRESS: '' };
  const sql = async (url: string, text: string) => {
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    const { rows } = await admin.query<{ count: number }>(text);
    await admin.end();
    return rows;
  };
  beforeAll(() => sql(services().adminUrl, `create database ${name}`));
  afterAll(() => sql(services().adminUrl, `drop database ${name} with (force)`));

  it('names the migrations beforehand and makes no table; without Temporal says so', async () => {
    const checked = await run('cli/main.js', ['migrate', '--check'], env);
    expect(checked.status).toBe(1);
    expect(checked.out).toContain('Migration 0001_parties would be done.\n');
    expect(checked.out).toContain('Temporal is not configured (TEMPORAL_ADDRESS): nothing would be set there.\n');
    const tables = `select count(*)::int from pg_tables where schemaname = 'public'`;
    expect(await sql(owner.toString(), tables)).toEqual([{ count: 0 }]);
    const api = await run('api/main.js', [], { ...env, SECRET_KEYS: `test=${randomBytes(32).toString('base64')}` });
    expect([api.status, api.said]).toEqual([
      2,
      'kontor-api: CONFIGURATION_INVALID: The database is empty: run `kontor migrate` first.\n',
    ]);
    const keyless = await run('api/main.js', [], env);
    expect([keyless.status, keyless.said]).toEqual([2, expect.stringContaining('Set SECRET_KEYS')]);
    expect(keyless.said).not.toMatch(/^\s+at /m);
    const migrated = await run('cli/main.js', ['migrate'], env);
    expect([migrated.status, migrated.out.split('\n')[0]]).toEqual([0, 'The database is up to date.']);
  });

  it('an API and a worker do not start over a database that lacks a migration', async () => {
    const { temporalAddress: TEMPORAL_ADDRESS } = services();
    const there = { ...env, TEMPORAL_ADDRESS, SMTP_URL: 'smtp://127.0.0.1:1', PORT: '0', LOG_LEVEL: 'warn' };
    const SECRET_KEYS = `test=${randomBytes(32).toString('base64')}`;
    await sql(owner.toString(), `delete from kontor_migration where name = '0001_parties'`);
    for (const main of ['api/main.js', 'worker/main.js']) {
      const { status, said } = await run(main, [], { ...there, SECRET_KEYS });
      expect([status, said]).toEqual([
        2,
        expect.stringMatching(
          /^kontor-(api|worker): CONFIGURATION_INVALID: The database is older .+ \(0001_parties\): run `kontor migrate` first\.\n$/,
        ),
      ]);
    }
    await sql(
      owner.toString(),
      `insert into kontor_migration (name, batch, migration_time) values ('0001_parties', 1, now())`,
    );
  });

  it('refuses a database that a newer version has migrated', async () => {
    await sql(
      owner.toString(),
      `insert into kontor_migration (name, batch, migration_time) values ('9999_later', 9, now())`,
    );
    const migrated = await run('cli/main.js', ['migrate'], env);
    expect(migrated.status).toBe(2);
    expect(migrated.said).toContain('A newer version of Kontor has migrated this database (9999_later)');
    expect((await run('cli/main.js', ['migrate', '--check'], env)).out).toContain('did migration 9999_later');
  });
});
