import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../embedded/process.js';

const main = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const bare = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: '', TEMPORAL_ADDRESS: '', SMTP_URL: '' };
const dataDir = await mkdtemp(join(tmpdir(), 'kontor up-'));
// Open to PostgreSQL's own account: under root its files would else go elsewhere, and stay there.
await chmod(dataDir, 0o755);
const started: ChildProcess[] = [];
const PROGRAMME = {
  programme: 'msp',
  name: 'MSP programme',
  zone: 'Europe/Berlin',
  baseCurrency: 'EUR',
  firstPeriod: '2026-03',
  vendor: {
    name: 'Vendor',
    registrationNumber: 'HRB 1',
    address: ['Street 1', '10115 Berlin'],
    country: 'DE',
    email: 'partners@vendor.example',
  },
};

async function up(): Promise<{ child: ChildProcess; said: () => string; family: number[] }> {
  const child = spawn(process.execPath, [main, 'up', '--data', dataDir], {
    env: bare,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes('A first token')) {
    if (child.exitCode !== null) throw new Error(`kontor up ended: ${said}`);
    await sleep(50);
  }
  return { child, said: () => said, family: descendants(child.pid!) };
}

function kontor(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...words, '--data', dataDir], { env: bare, encoding: 'utf8' });
}

function descendants(root: number): number[] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout.trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const children = pairs.flatMap(([pid, parent]) => (parent === root && pid !== undefined ? [pid] : []));
  return children.flatMap((pid) => [pid, ...descendants(pid)]);
}

async function untilGone(pids: readonly number[]): Promise<number[]> {
  for (let turn = 0; turn < 100 && pids.some(isAlive); turn++) await sleep(100);
  return pids.filter(isAlive);
}

/** Files that others than their owner can read, and folders whose names they can read. */
async function readableByOthers(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  const open = await Promise.all(
    found.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const { mode } = await lstat(path);
      return (entry.isFile() || entry.isDirectory()) && (mode & 0o066) !== 0 ? [path] : [];
    }),
  );
  return open.flat();
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went before we came.
  }
}

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe('kontor up', () => {
  it('starts everything, is found by other commands, survives kill -9 and ends with nothing left', async () => {
    const first = await up();
    expect(first.said()).toMatch(/API docs +http:\/\/127\.0\.0\.1:\d+\/docs\//);
    expect(first.said()).toMatch(/Temporal UI +http.*\nInbox +http/);
    // As a shell takes it for one folder.
    expect(first.said()).toContain(`--data '${dataDir}'\n`);
    const [, email = '', link = ''] = /signs in as (\S+),[^]*\/console\/link#([\w-]{43})/.exec(first.said()) ?? [];
    const state = JSON.parse(await readFile(join(dataDir, 'services.json'), 'utf8'));
    expect((await stat(join(dataDir, 'services.json'))).mode & 0o777).toBe(0o600);
    expect(state.process.pid).toBe(first.child.pid);
    expect((await fetch(`${state.apiUrl}/healthz`)).status).toBe(200);

    const post = (path: string, body: object) =>
      fetch(`${state.apiUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const password = 'correct horse battery staple';
    expect((await post('/v1/password/by-link', { link, password })).status).toBe(204);
    expect((await post('/v1/session', { email, password })).status).toBe(201);
    const person = ['--name', 'Anna Example', '--email', 'Anna@vendor.example', '--level', 'manager'];
    const invited = JSON.parse(kontor('person', 'invite', ...person, '--json').stdout);
    expect(invited.link.startsWith(`${state.apiUrl}/console/link#`)).toBe(true);
    const people = JSON.parse(kontor('person', 'list', '--json').stdout);
    expect(people.map((each: { email: string; state: string }) => [each.email, each.state])).toEqual([
      [email, 'active'],
      ['anna@vendor.example', 'invited'],
    ]);
    expect(kontor('person', 'unlock', 'ANNA@vendor.example')).toMatchObject({ status: 0 });
    const token = kontor('token', 'create', '--level', 'administrator', '--name', 'First token').stdout.trim();
    const asked = await fetch(`${state.apiUrl}/v1/msps`, { headers: { authorization: `Bearer ${token}` } });
    expect(asked.status).toBe(200);
    const file = join(dataDir, 'programme.json');
    await writeFile(file, JSON.stringify(PROGRAMME), { mode: 0o600 });
    expect(kontor('programme', 'set', file)).toMatchObject({ status: 0 });
    expect(kontor('status', '--programme', 'nosuch')).toMatchObject({
      ...{ status: 2, stdout: '', stderr: expect.stringContaining('There is no programme "nosuch": msp.') },
    });
    const closed = kontor('close', '--period', '2026-03', '--as', email, '--zero-waits', '--json');
    expect(JSON.parse(closed.stdout)).toMatchObject({
      programme: 'msp',
      period: '2026-03',
      joined: false,
      state: 'sealed',
    });
    expect(closed.stderr).toContain('has started');
    // Case 58: mails, logs and whatever else there is are their owner's.
    expect(await readableByOthers(dataDir)).toEqual([]);
    expect(kontor('up')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^kontor: EMBEDDED_IN_USE: .+\n$/) });

    for (const pid of [first.child.pid!, ...first.family]) killed(pid);
    const second = await up();
    expect(second.said()).not.toContain('console/link');
    expect(JSON.parse(kontor('status', '--json').stdout).runs).toMatchObject([
      { programme: 'msp', period: '2026-03', state: 'sealed' },
    ]);

    second.child.kill('SIGTERM');
    const [status] = await once(second.child, 'exit');
    expect(status).toBe(0);
    expect(second.family.length).toBeGreaterThan(6);
    expect(await untilGone([...first.family, ...second.family])).toEqual([]);
    expect(kontor('status')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('CONFIGURATION_INVALID: No services are running there.'),
    });
  }, 180_000);

  it('asked to stop while it starts, gives away no link and leaves nothing', async () => {
    const dir = join(dataDir, 'stopped');
    const child = spawn(process.execPath, [main, 'up', '--data', dir], {
      env: bare,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit');
    for (let turn = 0; !existsSync(join(dir, 'temporal/server.json')) && turn < 600; turn += 1) await sleep(50);
    const family = descendants(child.pid!);
    child.kill('SIGTERM');
    expect(await ended).toEqual([130, null]);
    expect(said).toBe('Stopping.\n');
    expect(family.length).toBeGreaterThan(2);
    expect(await untilGone(family)).toEqual([]);
  }, 120_000);

  it('case 52, a relative: a METRICS_PORT and a HOST that cannot be had are named, without a stack trace', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    for (const [env, says] of [
      [
        { METRICS_PORT: String(port) },
        `kontor-worker: CONFIGURATION_INVALID: METRICS_PORT ${port} of 127.0.0.1 cannot be used: `,
      ],
      [{ HOST: 'nowhere.invalid' }, 'kontor-api: CONFIGURATION_INVALID: PORT 3000 of nowhere.invalid cannot be used: '],
    ] as const) {
      const dir = join(dataDir, Object.keys(env).join());
      const words = [main, 'up', '--data', dir];
      const { stderr } = spawnSync(process.execPath, words, { env: { ...bare, ...env }, encoding: 'utf8' });
      expect(stderr).toContain(says);
      expect(stderr).toContain('did not start (exit 2)');
      expect(stderr).not.toMatch(/^ +at /m);
    }
    taken.close();
  }, 120_000);
});
