/** One closed month of long ago, with check-ins, a report, a document, a pack, a seal and mails; every month since is skipped. */
import { TERMINAL } from '../../domain/access/actor.js';
import { nextPeriod, parsePeriod, periodsFrom } from '../../domain/period.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import type { RenderPool } from '../../statements/index.js';
import { finish } from './closedMonths.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { monthFixture } from './month.js';

const MAILBOX: MeterCode = 'mail-server.mailbox';

export interface OldMonths {
  database: TestDatabase;
  month: ReturnType<typeof monthFixture>;
  distributor: string;
  msps: { alpha: string; beta: string };
}

/** `period` is closed on day 6 of the month after; months are skipped until before `until`. */
export async function oldMonth(renderPool: RenderPool, period: string, until = '2026-11'): Promise<OldMonths> {
  const database = await createTestDatabase();
  const month = monthFixture(database.db);
  const distributor = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
  const first = parsePeriod(period);
  await month.run('update programme set first_period = :period', { period });
  await month.pricePlan({
    currency: 'EUR',
    fromPeriod: period,
    prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2' } },
  });
  const after = nextPeriod(first);
  const msps = { alpha: '', beta: '' };
  for (const name of ['alpha', 'beta'] as const) {
    msps[name] = await month.msp({ name: `MSP ${name}`, distributorId: distributor, joined: period });
    const site = await month.site({
      mspId: msps[name],
      name: `site of ${name}`,
      fromPeriod: period,
      activatedAt: `${period}-01T12:00:00Z`,
    });
    await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 7 }] });
    for (const at of [`${period}-10T10:00:00Z`, `${period}-20T10:00:00Z`, `${after}-02T10:00:00Z`]) {
      await month.checkIn(site, { at, tenant: 'main', meter: MAILBOX, count: 7 });
    }
  }
  await month.close(period, new Date(`${after}-06T12:00:00Z`));
  await finish({ database, month }, renderPool, period, `${after}-07T00:00:00Z`);
  // As it would stand: the fixture writes with today's clock.
  await month.run('update outbox set created_at = :at', { at: `${after}-07T00:00:00Z` });
  for (const skipped of periodsFrom(after, parsePeriod(until))) {
    await month.run(
      `insert into billing_run (programme_code, period, state, opened_at, opened_by, reason, rules)
       select programme_code, :skipped, 'skipped', opened_at, :by, 'not billed', rules from billing_run where period = :period`,
      { skipped, period, by: JSON.stringify(TERMINAL) },
    );
  }
  return { database, month, distributor, msps };
}
