import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRenderPool } from '../../statements/index.js';
import { verifyAll } from '../../verify/index.js';
import { closeConfirmed } from '../support/closedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIODS = ['2026-02', '2026-03', '2026-04'] as const;

/** Mailboxes that each site reports for February, March and April; null: its report does not name them. `found`: of April. */
const SITES: Record<string, { reports: [number | null, number | null, number]; found: object | null }> = {
  'used, unused, used a lot': { reports: [10, 0, 900], found: { last: 0, quantity: 900 } },
  'used, not named, used a lot': { reports: [10, null, 900], found: { last: 0, quantity: 900 } },
  'used, unused, used a little': { reports: [10, 0, 10], found: null },
  'never used before': { reports: [null, null, 900], found: null },
};

describe('rule 3: a spike against a last period in which nothing was used', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const pool = createRenderPool({ threads: 1 });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.run(`update programme set first_period = '2026-02'`);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const sites = new Map<string, Awaited<ReturnType<typeof month.site>>>();
    for (const name of Object.keys(SITES)) sites.set(name, await month.site({ mspId, name }));
    for (const [index, period] of PERIODS.entries()) {
      for (const [name, site] of sites) {
        const peak = SITES[name]?.reports[index] ?? null;
        await month.report(site, { period, lines: peak === null ? [] : [{ tenant: 'main', meter: MAILBOX, peak }] });
      }
      const next = PERIODS[index + 1] ?? '2026-05';
      await closeConfirmed({ database, month }, pool, period, `${next}-06T12:00:00Z`);
    }
    await pool.close();
  });
  afterAll(() => database.drop());

  it.each(Object.keys(SITES))('%s', async (name) => {
    const found = await month.run<{ evidence: object }>(
      `select d.evidence from discrepancy d join site s on s.id = d.site_id
       where d.period = '2026-04' and d.kind = 'usage_jump' and s.name = :name`,
      { name },
    );
    expect(found[0]?.evidence ?? null).toEqual(SITES[name]?.found);
  });

  it('verify finds the same', async () => {
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-05-10T12:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds', I8: 'holds' });
  });
});
