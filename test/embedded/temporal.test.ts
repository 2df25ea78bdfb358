import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalBinary, freePort, SEARCH_ATTRIBUTES, startTemporal } from '../../embedded/index.js';
import type { EmbeddedTemporal } from '../../embedded/index.js';
import { listenNear } from '../../embedded/ports.js';

let scratch: string;
let binary: string;
const running: EmbeddedTemporal[] = [];

async function start(name: string, port?: number): Promise<EmbeddedTemporal> {
  const dataDir = join(scratch, name);
  const ports = port === undefined ? {} : { port };
  const server = await startTemporal({
    binary,
    dataDir,
    logFile: join(dataDir, 'server.log'),
    namespace: 'kontor',
    ...ports,
  });
  running.push(server);
  return server;
}

async function withClient<T>(server: EmbeddedTemporal, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kontor-temporal-'));
  binary = await findTemporalBinary({ cacheDir: '.kontor/cache' });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe('the embedded Temporal server', () => {
  it('keeps workflows and their search attributes over a restart', async () => {
    const typedSearchAttributes = new TypedSearchAttributes(
      SEARCH_ATTRIBUTES.map((name) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value: `${name}-1`,
      })),
    );
    const first = await start('kept');
    await withClient(first, (client) =>
      client.workflow.start('waits', { taskQueue: 'nobody', workflowId: 'billing-run:2026-10', typedSearchAttributes }),
    );
    expect((await fetch(first.uiUrl)).ok).toBe(true);
    await first.stop();
    const found = await withClient(await start('kept'), (client) =>
      client.workflow.getHandle('billing-run:2026-10').describe(),
    );
    expect(found.status.name).toBe('RUNNING');
    expect(found.typedSearchAttributes.getAll()).toHaveLength(SEARCH_ATTRIBUTES.length);
  });

  it('moves to other ports when two start at once or one is taken', async () => {
    const taken = createServer();
    const port = await listenNear(taken);
    const wanted = await freePort();
    const [one, two] = await Promise.all([start('one', port), start('two', wanted)]);
    expect(one.port).not.toBe(port);
    expect(new Set([one.port, one.uiPort, two.port, two.uiPort]).size).toBe(4);
    expect(await readFile(join(scratch, 'two/server.log'), 'utf8')).toContain('Temporal Server');
    await expect(start('one')).rejects.toMatchObject({ code: 'EMBEDDED_IN_USE' });
    taken.close();
  });

  it('says so when its binary cannot serve', async () => {
    const broken = join(scratch, 'broken');
    await writeFile(broken, '#!/bin/sh\necho this is no server >&2\nexit 3\n', { mode: 0o755 });
    const attempt = startTemporal({ binary: broken, dataDir: join(scratch, 'b'), logFile: join(scratch, 'b.log') });
    await expect(attempt).rejects.toThrow(/exit 3.*this is no server/s);
  });
});

describe('the search for the Temporal binary', () => {
  it('takes the one it is told and no other', async () => {
    expect(await findTemporalBinary({ cacheDir: scratch, explicit: binary })).toBe(binary);
    const missing = findTemporalBinary({ cacheDir: scratch, explicit: join(scratch, 'nowhere') });
    await expect(missing).rejects.toMatchObject({ code: 'TEMPORAL_BINARY_MISSING' });
  });
});
