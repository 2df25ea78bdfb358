import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TERMINAL } from '../../domain/access/actor.js';
import { startClose } from '../../starts/closePeriod.js';
import { scriptedRelay, type ScriptedRelay } from '../delivery/scriptedRelay.js';
import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
/** With three shards each: more drains than a worker has slots for activities of any one role. */
const PROGRAMMES = 8;
const ZONES = ['Asia/Tokyo', 'Europe/Berlin', 'America/New_York'];
/** The month is over everywhere, and no other deadline has passed: each zone has a shard. */
const ON_TIME = new Date('2026-04-01T08:00:00Z');

describe('case 27: a relay that hangs while many shards are mailing', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let relay: ScriptedRelay;
  let worker: AppProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    relay = await scriptedRelay(() => ({ mailFrom: 'silence' }));
    month = monthFixture(database.db);
    await month.programme();
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } as const;
    for (let index = 0; index < PROGRAMMES; index += 1) {
      const programme = `p${index}`;
      await month.programme({ code: programme, firstPeriod: PERIOD });
      await month.pricePlan({ programme, currency: 'EUR', prices });
      for (const zone of ZONES) {
        const mspId = await month.msp({ name: `MSP ${zone}`, distributorId, programme, zone });
        const site = await month.site({ mspId, name: 'site', programme });
        await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak: 5 }] });
      }
    }
    worker = await app.startWorker({ SMTP_URL: relay.url });
  }, 180_000);

  afterAll(async () => {
    // It would wait for the relay.
    await worker.kill();
    await app.stop();
    await relay.close();
    await database.drop();
  });

  it('holds up no numbering and no rendering: every statement of every programme is there, with its document', async () => {
    const waits = { collectUntil: null, reviewUntil: null, skipReason: null };
    for (let index = 0; index < PROGRAMMES; index += 1) {
      await month.open(PERIOD, ON_TIME, `p${index}`);
      await startClose(
        { temporal: app.client, taskQueue: app.taskQueue },
        { programme: `p${index}`, period: PERIOD, openedBy: TERMINAL, ...waits },
      );
    }
    const documents = async () =>
      (await month.run<{ count: number }>('select count(*)::int as count from statement_document'))[0]?.count;
    const deadline = Date.now() + 90_000;
    while ((await documents()) !== PROGRAMMES * ZONES.length && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(await documents()).toBe(PROGRAMMES * ZONES.length);
    const [sent] = await month.run<{ count: number }>(`select count(*)::int as count from outbox where state = 'sent'`);
    expect(sent?.count).toBe(0);
  }, 120_000);
});
