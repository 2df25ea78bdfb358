import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { joinTeam, makeLogins } from '../../cli/demo/logins.js';
import { readEnv } from '../../config/env.js';
import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

describe('the people of a demo', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: AppProcess;
  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    [api] = await Promise.all([app.startApi(), app.startWorker()]);
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('are invited, choose a password by the link of their mail, and can sign in', async () => {
    const month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    await month.run(
      `insert into tenant (msp_id, id, ref, name, state, created_at) values (:mspId, :id, 'a', 'Tenant A', 'active', now())`,
      { mspId, id: randomUUID() },
    );
    const door = { apiUrl: api.url, inboxUrl: app.inbox.pageUrl, password: 'correct horse battery staple' };
    const member = { name: 'First person', email: 'first@partner-team.example' };
    const token = await joinTeam(readEnv(app.env), door, member);
    const logins = await makeLogins(database.db, door, token);
    expect(logins.map(({ role }) => role.split(' ', 1)[0])).toEqual(['service', 'customer', 'distributor']);
    for (const { email } of [member, ...logins]) {
      const answer = await fetch(`${api.url}/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: door.password }),
      });
      expect([email, answer.status]).toEqual([email, 201]);
    }
    expect(app.inbox.messages().map(({ recipients }) => recipients[0])).toEqual(
      expect.arrayContaining(logins.map(({ email }) => email)),
    );
  });
});
