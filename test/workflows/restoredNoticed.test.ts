import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ALL, connect } from '../../db/connect.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { migrate } from '../../db/schema/migrate.js';
import { startPostgres } from '../../embedded/index.js';
import { keepLastBatchId } from '../../workflows/keepLastBatch.js';
import { deliverMail } from '../../workflows/deliverMail.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { recordHistory } from '../support/histories.js';
import { monthFixture } from '../support/month.js';
import { LOGIN_PASSWORD, services } from '../support/services.js';

/** A database that can be put back to what it was. Nobody may be connected while it is backed up. */
interface Restorable {
  database: TestDatabase;
  backUp(): Promise<void>;
  restore(): Promise<void>;
  drop(): Promise<void>;
}

/** Made anew from what was kept of it, as a dump is restored: in the same cluster, which goes on. */
async function byDump(): Promise<Restorable> {
  const database = await createTestDatabase();
  const name = new URL(database.ownerUrl).pathname.slice(1);
  const admin = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: services().adminUrl });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const alone = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
  return {
    database,
    backUp: () => admin(alone, `create database ${name}_backup template ${name}`),
    restore: () => admin(`drop database ${name} with (force)`, `create database ${name} template ${name}_backup`),
    drop: async () => {
      await admin(`drop database if exists ${name}_backup with (force)`);
      await database.drop();
    },
  };
}

/** The data directory of its own server is put back as it was, file by file. */
async function byDataDirectory(): Promise<Restorable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kontor-restored-'));
  const data = join(dataDir, 'postgres');
  const backup = join(dataDir, 'backup');
  let server = await startPostgres({ dataDir: data, fsync: false });
  const { port } = server;
  const ownerUrl = server.adminUrl;
  const appUrl = await migrate(ownerUrl, LOGIN_PASSWORD);
  const db = connect(appUrl, 2);
  const asOwner: TestDatabase['asOwner'] = async (sql, values) => {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  // Not always in the folder it was told: root's folders are closed to the account that it runs as.
  const [{ pgdata } = { pgdata: '' }] = await asOwner<{ pgdata: string }>(
    `select current_setting('data_directory') as pgdata`,
  );
  // With owners and rights.
  const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);
  const start = async () => {
    server = await startPostgres({ dataDir: data, fsync: false, port });
    expect(server.port).toBe(port);
  };
  return {
    database: {
      ...{ db, appUrl, ownerUrl, asOwner },
      drop: () => Promise.resolve(),
    },
    backUp: async () => {
      await server.stop();
      await copy(pgdata, backup);
      await start();
    },
    restore: async () => {
      await server.stop();
      await rm(pgdata, { recursive: true });
      await copy(backup, pgdata);
      await start();
    },
    drop: async () => {
      await db.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

describe('a database that is restored without a word', () => {
  let kept: Restorable | undefined;
  let app: TestApp | undefined;
  afterEach(async () => {
    await app?.stop();
    await kept?.drop();
    app = kept = undefined;
  });

  it.each([
    ['a dump, and the worker starts on it', byDump, false],
    ['a data directory, under a worker that runs', byDataDirectory, true],
  ])(
    '%s: what may have been sent is uncertain, and the partner team is told',
    async (_name, make, lives) => {
      kept = await make();
      const { database } = kept;
      app = await createTestApp(database);
      const { client, taskQueue, inbox } = app;
      const enqueue = async (name: string, inMs = 0) => {
        const mail = {
          ...({ messageId: `${name}@kontor.example`, kind: 'registrationExpired', locale: 'en' } as const),
          ...{ to: { address: 'somebody@alpha.example' }, params: { vendorName: 'Vendor', days: 30 } },
          notBefore: new Date(Date.now() + inMs),
        };
        await database.db.transaction(ALL, (trx) => enqueueMails(trx, [mail], new Date()));
      };
      const deliver = () =>
        client.workflow.execute(deliverMail, { taskQueue, workflowId: `deliver:${randomUUID()}`, args: [] });
      const states = async () =>
        (
          await database.asOwner<{ said: string }>(`select split_part(message_id, '@', 1) || ' ' || state as said
         from outbox where kind = 'registrationExpired' order by id`)
        ).map(({ said }) => said);
      const eventually = async (happened: () => Promise<void>) => {
        for (let tries = 0; ; tries += 1) {
          try {
            await happened();
            return;
          } catch (error) {
            if (tries === 100) throw error;
            await new Promise((resolve) => setTimeout(resolve, 200));
          }
        }
      };

      await monthFixture(database.db).programme();
      let worker = await app.startWorker();
      await enqueue('first');
      await deliver();
      await worker.stop();
      await enqueue('due');
      await enqueue('later', 3_600_000);
      await kept.backUp();
      worker = await app.startWorker();
      await deliver();
      await eventually(async () => {
        expect(await states()).toEqual(['first sent', 'due sent', 'later pending']);
      });

      if (!lives) await worker.kill();
      await kept.restore();
      if (!lives) {
        await app.startWorker();
        expect(await states()).toEqual(['first sent', 'due uncertain', 'later pending']);
      }
      await eventually(() => deliver().then(() => undefined));
      await enqueue('anew');
      await deliver();
      expect(await states()).toEqual(['first sent', 'due uncertain', 'later pending', 'anew sent']);
      const accepted = inbox.messages().map(({ messageId }) => messageId);
      expect(accepted.filter((id) => id === '<due@kontor.example>' || id === 'due@kontor.example')).toHaveLength(1);
      expect(new Set(accepted).size).toBe(accepted.length);
      expect(accepted.filter((id) => id?.includes('database-restored'))).toHaveLength(1);
      const [audit] = await database.asOwner<{ after: object }>(
        `select after from audit_event where action = 'database.restored'`,
      );
      expect(audit?.after).toEqual({ uncertain: 1, runs: [] });
      const [zero] = await database.asOwner<{ token: string }>('select token from mail_batch where number = 0');
      await recordHistory(client, keepLastBatchId(zero?.token ?? ''), 'keepLastBatch-restored');
    },
    120_000,
  );
});
