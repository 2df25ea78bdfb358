import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TERMINAL } from '../../domain/access/actor.js';
import { closePeriod, closePeriodId } from '../../workflows/closePeriod.js';
import { watchRates, type WatchRatesResult } from '../../workflows/watchRates.js';
import { admit } from '../support/access.js';
import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { recordHistory } from '../support/histories.js';
import { monthFixture } from '../support/month.js';
import { eventually } from '../support/programme.js';
import { ecbDocument } from '../rates/ecbDocument.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-05';

/** May 2026, of which the shipped file knows no rates: MSPs in PLN, JPY and KWD, at 2.00 EUR a mailbox, 10 mailboxes each. */
describe('rule 24: rates of exchange that come after the close', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: AppProcess;
  let feed: Server;
  let folder: string;
  let partnerTeam: string;
  let month: ReturnType<typeof monthFixture>;
  const msps = new Map<string, string>();
  /** What the bank serves, by day; null: it is away. */
  let published: Record<string, Record<string, string>> | null = null;
  const asked: string[] = [];

  const serve = (url: string) => {
    const last =
      Object.keys(published ?? {})
        .sort()
        .at(-1) ?? '';
    const days = url.endsWith('daily.xml') ? { [last]: published?.[last] ?? {} } : (published ?? {});
    return ecbDocument(days);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    folder = await mkdtemp(join(tmpdir(), 'kontor-rates-'));
    feed = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (published === null) response.writeHead(503).end();
      else response.end(serve(request.url ?? ''));
    });
    await new Promise<void>((resolve) => feed.listen(0, '127.0.0.1', resolve));
    await month.programme({ firstPeriod: PERIOD });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    for (const currency of ['PLN', 'JPY', 'KWD']) {
      const distributorId = await month.distributor({ code: currency, currency, country: 'DE' });
      for (const name of currency === 'KWD' ? ['KWD', 'KWD too'] : [currency]) {
        const mspId = await month.msp({ name, distributorId });
        const site = await month.site({ mspId, name: `site of ${name}` });
        await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
        msps.set(name, mspId);
      }
    }
    partnerTeam = await admit(database.db, 'vendor', { level: 'manager' });
    const { port } = feed.address() as AddressInfo;
    await app.startWorker({ RATES_URL: `http://127.0.0.1:${port}/stats/eurofxref` });
    api = await app.startApi();
    const passed = new Date(Date.now() - 60_000).toISOString();
    await app.client.workflow.execute(closePeriod, {
      workflowId: closePeriodId('msp', PERIOD),
      taskQueue: app.taskQueue,
      args: [
        {
          ...{ programme: 'msp', period: PERIOD, openedBy: TERMINAL, skipReason: null },
          ...{ collectUntil: passed, reviewUntil: passed },
        },
      ],
    });
  }, 180_000);

  afterAll(async () => {
    feed.close();
    await app.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const stateOf = async (name: string) => {
    const [found] = await month.run<{ state: string; code: string | null }>(
      'select state, parked_code as code from run_participant where msp_id = :mspId and period = :period',
      { mspId: msps.get(name), period: PERIOD },
    );
    return found?.code ?? found?.state;
  };
  const totalOf = async (name: string) => {
    const [found] = await month.run<{ total: string; exchange: { rate: string; day: string; source: string } }>(
      `select total_minor::text as total, content -> 'exchange' as exchange from statement where msp_id = :mspId`,
      { mspId: msps.get(name) },
    );
    return found;
  };
  const watch = async (): Promise<{ workflowId: string; result: WatchRatesResult }> => {
    const workflowId = `watch-rates-${randomUUID()}`;
    const args: [{ now: string }] = [{ now: '2026-06-10T15:30:00Z' }];
    const result = await app.client.workflow.execute(watchRates, { workflowId, taskQueue: app.taskQueue, args });
    return { workflowId, result };
  };
  const load = async (body: object) => {
    const response = await fetch(`${api.url}/v1/exchange-rates`, {
      method: 'POST',
      headers: { authorization: `Bearer ${partnerTeam}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as ReturnType<typeof JSON.parse> };
  };
  const trail = async (action: string) =>
    month.run<{ subject: string; actor: { name: string }; before: unknown; after: Record<string, unknown> }>(
      'select subject, actor, before, after from audit_event where action = :action order by id',
      { action },
    );
  const kuwait = (rate: string, day = '2026-05-29') => ({
    rates: [{ base: 'EUR', currency: 'KWD', rate, day, source: 'Central Bank of Kuwait' }],
  });
  const command = (...words: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const main = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
      execFile(process.execPath, [main, ...words], { env: { ...process.env, ...app.env } }, (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      });
    });

  it('all four wait for a rate', async () => {
    for (const name of msps.keys()) expect([name, await stateOf(name)]).toEqual([name, 'EXCHANGE_RATE_MISSING']);
  });

  it('case 15: the bank publishes them later: the daily look loads them, and the parked MSPs are issued by themselves', async () => {
    published = {
      '2026-05-27': { PLN: '4.4', JPY: '180' },
      '2026-05-29': { PLN: '4.301', JPY: '181.25' },
      '2026-06-10': { PLN: '4.35', JPY: '182' },
    };
    const { workflowId, result } = await watch();
    expect(result).toEqual({ added: 6, differing: 0, tried: 4 });
    await eventually(
      () => totalOf('PLN'),
      (found) => found !== undefined,
    );
    await eventually(
      () => totalOf('JPY'),
      (found) => found !== undefined,
    );
    // 10 × 2.00 EUR × 4.301 and × 181.25, of the last day in May that was published.
    expect(await totalOf('PLN')).toMatchObject({ total: '8602', exchange: { rate: '4.301', day: '2026-05-29' } });
    expect(await totalOf('JPY')).toMatchObject({ total: '3625' });
    expect(await stateOf('KWD')).toBe('EXCHANGE_RATE_MISSING');
    await recordHistory(app.client, workflowId, 'watchRates-loaded');
  });

  it('the next day asks for that day alone, and is the same whatever is repeated', async () => {
    asked.length = 0;
    expect((await watch()).result).toEqual({ added: 0, differing: 0, tried: 2 });
    published = { ...published, '2026-06-11': { PLN: '4.36', JPY: '183' } };
    // Nobody waited: the day's file would do; two wait still, so the month they wait for is looked at.
    expect((await watch()).result.added).toBe(2);
    expect(asked).toContain('/stats/eurofxref/eurofxref-daily.xml');
    expect(await trail('exchangeRate.differs')).toEqual([]);
  });

  it('a value that changes after a statement has used it is told once, and changes nothing', async () => {
    published = { ...published, '2026-05-29': { PLN: '4.9', JPY: '181.25' } };
    expect((await watch()).result).toMatchObject({ added: 0, differing: 1 });
    await watch();
    expect(await trail('exchangeRate.differs')).toMatchObject([
      { subject: 'exchangeRate:EUR:PLN:2026-05-29', before: { rate: '4.301' }, after: { rate: '4.9', used: true } },
    ]);
    expect(await totalOf('PLN')).toMatchObject({ total: '8602', exchange: { rate: '4.301' } });
  });

  it('by hand: refused with the field that is wrong, and nothing of it is kept', async () => {
    const broken = await load({
      rates: [...kuwait('0.355').rates, ...kuwait('0').rates, ...kuwait('1', '2999-01-01').rates],
    });
    expect([broken.status, broken.json.errors?.[0]?.field ?? broken.json]).toEqual([422, '/rates/1/rate']);
    const bank = await load({ rates: [{ ...kuwait('0.355').rates[0], source: 'E\uFF23B reference rates' }] });
    expect([bank.status, bank.json.errors?.[0]?.field ?? bank.json]).toEqual([422, '/rates/0/source']);
    const twice = await load({ rates: [...kuwait('0.355').rates, ...kuwait('0.356').rates] });
    expect([twice.status, twice.json.errors?.[0]?.field ?? twice.json]).toEqual([422, '/rates/1/rate']);
    const early = await load(kuwait('0.355', '2999-01-01'));
    expect([early.status, early.json.errors?.[0]?.field ?? early.json]).toEqual([422, '/rates/0/day']);
    expect(await month.run(`select rate from exchange_rate where currency = 'KWD'`)).toEqual([]);
  });

  it('case 15: by hand through the API, with its author: who waited for it is issued by itself', async () => {
    const loaded = await load({ ...kuwait('0.355'), reason: 'Not in the European Central Bank’s list' });
    expect(loaded).toEqual({ status: 200, json: { added: 1, known: 0, replaced: 0, tried: 2 } });
    await eventually(
      () => totalOf('KWD too'),
      (found) => found !== undefined,
    );
    await eventually(
      () => totalOf('KWD'),
      (found) => found !== undefined,
    );
    expect(await totalOf('KWD')).toMatchObject({ total: '7100', exchange: { source: 'Central Bank of Kuwait' } });
    const [event] = await trail('exchangeRates.loaded');
    expect([event?.actor.name === '', event?.after]).toMatchObject([
      false,
      { added: 1, sources: ['Central Bank of Kuwait'] },
    ]);
  });

  it('by hand: what is known is not overwritten; not even with a reason once its month was issued', async () => {
    expect((await load(kuwait('0.355'))).json).toMatchObject({ added: 0, known: 1 });
    const used = await load({ ...kuwait('0.36'), replace: true, reason: 'Misread' });
    expect([used.status, used.json.code]).toEqual([409, 'EXCHANGE_RATE_USED']);
    await load(kuwait('0.35', '2026-06-10'));
    const differs = await load(kuwait('0.36', '2026-06-10'));
    expect([differs.status, differs.json.code]).toEqual([409, 'EXCHANGE_RATE_DIFFERS']);
    expect((await load({ ...kuwait('0.36', '2026-06-10'), replace: true })).json.errors[0].field).toBe('/reason');
    const again = kuwait('0.36', '2026-06-10').rates;
    const replaced = await load({ rates: [...again, ...again], replace: true, reason: 'Misread' });
    expect(replaced.json).toMatchObject({ added: 0, replaced: 1 });
    expect(await trail('exchangeRate.replaced')).toMatchObject([{ before: { rate: '0.35' }, after: { rate: '0.36' } }]);
  });

  it('by hand: a pair turned round is noticed', async () => {
    const turned = await load(kuwait('2.81', '2026-06-11'));
    expect([turned.status, turned.json.code]).toEqual([422, 'EXCHANGE_RATE_UNUSUAL']);
  });

  it('by hand at the terminal: a file, with line and field where it is wrong', async () => {
    const file = join(folder, 'rates.csv');
    await writeFile(file, 'day,base,currency,rate,source\n2026-06-12,EUR,KWD,0.361,Central Bank of Kuwait\n');
    const nobody = await command('rates', 'load', file, '--json');
    expect([nobody.code, nobody.err]).toEqual([2, expect.stringContaining('--as')]);
    const [author] = await month.run<{ email: string }>('select email from person limit 1');
    const good = await command('rates', 'load', file, '--json', '--as', author?.email ?? '');
    expect(good).toEqual({ code: 0, err: '', out: '{"added":1,"known":0,"replaced":0,"tried":0}\n' });
    await writeFile(file, 'day,base,currency,rate,source\n2026-06-13,EUR,KWD,a lot,Central Bank of Kuwait\n');
    const bad = await command('rates', 'load', file);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('line 2, rate: "a lot" is no rate')]);
  });
});
