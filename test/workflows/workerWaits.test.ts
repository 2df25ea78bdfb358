import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { tcpProxy, type TcpProxy } from '../support/tcpProxy.js';
import { testTemporal } from '../support/temporal.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

describe('a worker that starts while its services are away', () => {
  let database: TestDatabase;
  let app: TestApp;
  const proxies: TcpProxy[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
  });
  afterAll(async () => {
    await app.stop();
    for (const proxy of proxies) await proxy.close();
    await database.drop();
  });

  /** Where nobody listens yet. */
  const nowhere = async () => {
    const [databasePort, temporalPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const url = new URL(database.appUrl);
    url.port = String(databasePort);
    const env = {
      DATABASE_URL: url.toString(),
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
      METRICS_PORT: String(metricsPort),
    };
    return { databasePort, temporalPort, metricsPort, env };
  };

  it('waits, is not ready, says for what, and works once they answer', async () => {
    const { databasePort, temporalPort, metricsPort, env } = await nowhere();
    const readiness = async () => {
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/readyz`).catch(() => undefined);
      if (answer === undefined) return { status: 0, parts: '' };
      const { warnings, ...parts } = (await answer.json()) as { warnings?: string[] };
      return { status: answer.status, parts: JSON.stringify(parts), warnings: warnings?.join(' ') ?? '' };
    };
    const until = async (wanted: object) => {
      for (let tries = 0; ; tries += 1) {
        const found = await readiness();
        try {
          expect(found).toEqual(wanted);
          return;
        } catch (error) {
          if (tries === 150) throw error;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    };
    const starting = app.startWorker(env);
    await until({
      status: 503,
      parts: '{"worker":"down","database":"down","temporal":"down"}',
      warnings: expect.stringMatching(/The database does not answer: .*Temporal does not answer: /) as unknown,
    });
    proxies.push(await tcpProxy(Number(new URL(database.appUrl).port), databasePort));
    await until({
      status: 503,
      parts: '{"worker":"down","database":"ok","temporal":"down"}',
      warnings: expect.stringMatching(/^Temporal does not answer: /) as unknown,
    });
    proxies.push(await tcpProxy(Number(testTemporal().address.split(':')[1]), temporalPort));
    const worker = await starting;
    await until({ status: 200, parts: '{"worker":"ok","database":"ok"}', warnings: '' });
    await worker.stop();
  }, 120_000);

  it('gives up after the time it was told, with status 1', async () => {
    const { env } = await nowhere();
    await expect(app.startWorker({ ...env, START_PATIENCE_S: '1' })).rejects.toThrow(
      /Waiting: The database does not answer: .*ECONNREFUSED/s,
    );
  }, 60_000);

  it('does not wait for a database that refuses it', async () => {
    const url = new URL(database.appUrl);
    url.password = 'another';
    await expect(app.startWorker({ DATABASE_URL: url.toString() })).rejects.toThrow(/password authentication failed/);
  }, 60_000);

  it.each([
    [
      'DATABASE_URL',
      /^worker\/main.js ended before it was ready:\nkontor-worker: CONFIGURATION_INVALID: Set DATABASE_URL: .*\n$/,
    ],
    [
      'SMTP_URL',
      /^worker\/main.js ended before it was ready:\nkontor-worker: CONFIGURATION_INVALID: Set SMTP_URL: .*\n$/,
    ],
  ])('without %s it says so in one sentence, and waits for nothing', async (name, said) => {
    await expect(app.startWorker({ [name]: '' })).rejects.toThrow(said);
  });
});
