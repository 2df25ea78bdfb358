import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newKey } from '../../api/newKey.js';
import { ALL } from '../../db/connect.js';
import { insertKey } from '../../db/sites/meteredKeyStore.js';
import { insertSites } from '../../db/sites/siteStore.js';
import { parsePeriod } from '../../domain/period.js';
import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const HOME = fileURLToPath(new URL('../../../', import.meta.url));
const VECTORS = join(HOME, 'docs/protocol-vectors.json');
const CLIENTS = [
  ['TypeScript', process.execPath, [fileURLToPath(new URL('../../clients/kontor.js', import.meta.url))]],
  ['Python', 'python3', ['-B', join(HOME, 'clients/kontor.py')]],
  ['shell', 'bash', [join(HOME, 'clients/kontor.sh')]],
] as const;
/** Kontor itself needs none of these: where one is missing, its client is skipped, and the report says so. */
const NEEDS: Record<string, string> = {
  Python: 'python3 -c "import sys; sys.exit(sys.version_info < (3, 9))"',
  shell: 'curl --version && openssl version | grep "OpenSSL [3-9]" && date +%3N | grep "^[0-9]*$"',
};
const isThere = (name: string) => spawnSync('bash', ['-c', NEEDS[name] ?? 'true'], { stdio: 'ignore' }).status === 0;

interface Ended {
  status: number;
  out: string;
  told: string;
}

/** What one POST carried through the proxy. */
interface Passed {
  body: string;
  signature: string | undefined;
}

/** An MSP's site speaks by each of the reference clients to the API as it ships, through a proxy that may lose answers. */
describe('reference clients', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: AppProcess;
  let proxy: Server;
  let url: string;
  let folder: string;
  let mspId: string;
  const passed: Passed[] = [];
  let losing = 0;

  const newSite = async () => {
    const { key, keyHash } = newKey();
    const made = { mspId, siteId: randomUUID() };
    const at = new Date();
    await database.db.transaction(ALL, async (trx) => {
      const first = { fromPeriod: parsePeriod('2026-01'), at, remindAt: [] };
      const what = { name: `Site ${made.siteId}`, product: 'backup', kind: 'managed', channel: 'push' } as const;
      await insertSites(trx, mspId, [{ siteId: made.siteId, programme: 'msp', ...what, ...first }]);
      await insertKey(trx, made, { keyId: randomUUID(), kind: 'metered', keyHash, state: 'issued', at });
    });
    return { siteId: made.siteId, key };
  };

  const startProxy = () =>
    createServer((req, res) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of req) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks);
        const signature = req.headers['kontor-signature'] as string | undefined;
        const post = req.method === 'POST';
        const answer = await fetch(api.url + (req.url ?? ''), {
          method: req.method ?? 'GET',
          headers: {
            ...(post ? { 'content-type': 'application/json' } : {}),
            ...(signature === undefined ? {} : { 'kontor-signature': signature }),
          },
          ...(post ? { body } : {}),
        });
        if (post) passed.push({ body: body.toString(), signature });
        const text = await answer.text();
        if (post && losing > 0) {
          // Kontor has taken it; the sender is not told.
          losing -= 1;
          res.writeHead(503, { 'retry-after': '0' }).end('no answer');
          return;
        }
        res.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
      })();
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    api = await app.startApi();
    folder = await mkdtemp(join(tmpdir(), 'kontor-clients-'));
    const month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    proxy = startProxy();
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  }, 120_000);

  afterAll(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await app.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const there = CLIENTS.filter(([name]) => isThere(name));
  for (const [name] of CLIENTS.filter((one) => !there.includes(one))) {
    it.todo(`the one in ${name} needs what is not on this machine`);
  }
  describe.each(there)('the one in %s', (name, command, args) => {
    const run = (given: string[], env: Record<string, string> = {}) =>
      new Promise<Ended>((resolve) => {
        execFile(command, [...args, ...given], { env: { ...process.env, ...env } }, (error, out, told) => {
          resolve({ status: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, told });
        });
      });
    const file = async (content: unknown) => {
      const path = join(folder, `${randomUUID()}.json`);
      await writeFile(path, JSON.stringify(content));
      return path;
    };
    const counts = (count: number) => file([{ tenant: 'main', meter: 'backup.server_agent', count }]);
    const lines = (peak: number) => file([{ tenant: 'main', meter: 'backup.server_agent', peak }]);
    const said = ({ status, out, told }: Ended): Record<string, unknown> => {
      expect([status, told]).toEqual([0, '']);
      return JSON.parse(out) as Record<string, unknown>;
    };
    const state = () => join(folder, name);
    let siteId: string;

    it('does as the test vectors say, and tells where it does not', async () => {
      expect(await run(['--vectors', VECTORS])).toMatchObject({ status: 0 });
      const text = await readFile(VECTORS, 'utf8');
      const broken = join(folder, 'broken.json');
      await writeFile(broken, text.replace('"period": "2026-02"', '"period": "2026-01"'));
      const ended = await run(['--vectors', broken]);
      expect([ended.status, ended.told]).toEqual([1, expect.stringContaining('a usage report signs the period')]);
      expect((await run([])).status).toBe(2);
    });

    it('activates, and asked again is the same installation', async () => {
      const site = await newSite();
      siteId = site.siteId;
      const first = said(await run(['activate', state(), url, site.key, 'backup', '17.1.0']));
      expect(first).toMatchObject({ siteId, mspId });
      expect(said(await run(['activate', state(), url, site.key, 'backup', '17.1.0']))).toEqual(first);
      expect((await stat(join(state(), 'key.pem'))).mode & 0o077).toBe(0);
      const refused = await run(['activate', join(folder, randomUUID()), url, 'KM-NONE', 'backup', '17.1.0']);
      expect([refused.status, refused.told]).toEqual([1, expect.stringContaining('"code"')]);
    });

    it('checks in, signed', async () => {
      const answer = said(await run(['check-in', state(), await counts(3)]));
      expect(answer).toMatchObject({ accepted: 1, repeated: 0, keyState: 'active' });
    });

    it('sends the same message again where its answer was lost, signed anew, and it counts once', async () => {
      passed.length = 0;
      losing = 1;
      const answer = said(await run(['check-in', state(), await counts(4)]));
      expect(answer).toMatchObject({ accepted: 0, repeated: 1 });
      const [first, second, ...more] = passed;
      expect([second?.body, more]).toEqual([first?.body, []]);
      expect(second?.signature).not.toBe(first?.signature);
    });

    it('reports a month: once however often, other numbers as another revision', async () => {
      const report = async (peak: number, revision?: string) =>
        run(['report', state(), '2026-10', await lines(peak), ...(revision === undefined ? [] : [revision])]);
      expect(said(await report(5))).toMatchObject({ period: '2026-10', revision: 1, repeated: false });
      expect(said(await report(5))).toMatchObject({ repeated: true });
      passed.length = 0;
      const refused = await report(6);
      expect([refused.status, refused.told]).toEqual([1, expect.stringContaining('ID_REUSED_WITH_OTHER_CONTENT')]);
      expect(passed).toHaveLength(1);
      expect(said(await report(6, '2'))).toMatchObject({ revision: 2, repeated: false });
    });

    it('is heard where its own clock is an hour slow: it signs by Kontor’s, and Kontor knows the difference', async () => {
      const answer = said(await run(['check-in', state(), await counts(7)], { KONTOR_CLOCK_OFFSET_S: '-3600' }));
      expect(answer).toMatchObject({ accepted: 1 });
      const [kept] = await database.asOwner<{ offset: number }>(
        `select clock_offset_seconds as offset from check_in where site_id = $1 order by received_at desc limit 1`,
        [siteId],
      );
      expect(Math.abs((kept?.offset ?? 0) + 3600)).toBeLessThan(60);
    });
  });
});
