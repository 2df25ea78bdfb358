import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

describe('term licences on the statement (rule 22)', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let site: Awaited<ReturnType<typeof month.site>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({
      code: 'PL',
      currency: 'PLN',
      country: 'PL',
      zone: 'Europe/Warsaw',
    });
    await month.pricePlan({
      currency: 'EUR',
      minimumMinor: 20_00n,
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2' } },
    });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId, zone: 'Europe/Warsaw', country: 'PL' });
    site = await month.site({ mspId, name: 'branch' });
  });
  afterAll(() => database.drop());

  const close = async (period: string): Promise<Statement> => {
    await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 5 }] });
    const [statement] = await month.close(period);
    if (statement === undefined) throw new Error('nothing was issued');
    return statement;
  };
  const licences = (statement: Statement) => statement.lines.filter((line) => 'licenceId' in line);

  let term: string;
  it('are priced as agreed, converted at the month’s rate, beside the minimum and not within it', async () => {
    term = await month.licence(site, {
      ...{ meter: MAILBOX, count: 15, from: '2026-01-01', until: '2027-01-01' },
      ...{ unitPrice: '24.00', billing: 'twelfths', tenant: 'main' },
    });
    const january = await close('2026-01');
    const [line] = licences(january);
    const rate = Number(january.exchange?.rate);
    expect(line).toMatchObject({
      ...{ kind: 'term', licenceId: term, count: 15, unitPrice: '24.00', priceCurrency: 'EUR', years: 1 },
      ...{ tenantName: 'Tenant main', startsOn: '2026-01-01', endsOn: '2027-01-01', instalment: { no: 1, of: 12 } },
      exchange: { base: 'EUR', currency: 'PLN' },
    });
    expect(line?.amountMinor).toBe(BigInt(Math.round((15 * 24 * rate * 100) / 12)));
    expect(january.lines.map(({ kind }) => kind)).toEqual(['usage', 'minimum', 'term']);
    expect(january.lines[0]).toMatchObject({ quantity: 0 });
  });

  it('an extension is billed for its days, and a term that ends is billed no more; the total may move by them', async () => {
    await month.licence(site, {
      ...{ meter: MAILBOX, count: 2, from: '2026-02-10', until: '2027-01-01', unitPrice: '240.00' },
      ...{ extends: { id: term, from: '2026-01-01' } },
    });
    const february = await close('2026-02');
    expect(licences(february)).toMatchObject([
      { kind: 'term', instalment: { no: 2, of: 12 } },
      { kind: 'extension', daysLeft: 325, termDays: 365, instalment: { no: 1, of: 1 } },
    ]);
    const rate = Number(february.exchange?.rate);
    expect(licences(february)[1]?.amountMinor).toBe(BigInt(Math.round(((2 * 240 * 325) / 365) * rate * 100)));
    await month.run(`update term_licence set ends_on = '2026-03-01'`);
    expect(licences(await close('2026-03'))).toEqual([]);
  });

  it('rule 21: none comes into being without an order that was approved, whoever writes it', async () => {
    const copy = (orderId: string) =>
      month.run(
        `insert into term_licence (msp_id, id, order_id, site_id, meter, count, starts_on, ends_on, agreed_until,
           term_starts_on, years, unit_price, price_currency, billing, instalments)
         select msp_id, :id, :orderId, site_id, meter, 10000000, starts_on, agreed_until, agreed_until, term_starts_on, years,
           0, price_currency, billing, 1 from term_licence limit 1`,
        { id: randomUUID(), orderId },
      );
    await expect(copy(randomUUID())).rejects.toThrow(/needs an approved order|foreign key/);
    const placed = randomUUID();
    await month.run(
      `insert into purchase_order select (jsonb_populate_record(o, jsonb_build_object('id', :placed::text, 'state', 'placed',
         'decided_at', null))).* from purchase_order o limit 1`,
      { placed },
    );
    await expect(copy(placed)).rejects.toThrow('needs an approved order');
  });
});
