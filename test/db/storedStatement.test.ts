import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL } from '../../db/connect.js';
import { loadStatements } from '../../db/statements/statementStore.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

describe('a stored statement', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('is read by a schema: a row in no shape known here is named, with the place in it', async () => {
    const month = monthFixture(database.db);
    await month.programme();
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '2' } },
    });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'office' });
    await month.report(site, {
      period: '2026-02',
      lines: [{ tenant: 'main', meter: 'mail-server.mailbox', peak: 3 }],
    });
    const [issued] = await month.close('2026-02');
    const [row] = await month.run<{ id: string }>('select id from statement');
    const id = row?.id ?? '';
    const load = () => database.db.transaction(ALL, (trx) => loadStatements(trx, [id]));
    expect((await load()).map(({ statement }) => statement)).toEqual([issued]);

    await database.asOwner('alter table statement_line disable trigger user');
    await database.asOwner(`update statement_line set content = jsonb_set(content, '{quantity}', '"three"')`);
    await expect(load()).rejects.toMatchObject({
      code: 'STORED_DATA_UNREADABLE',
      message: expect.stringContaining(`statement ${id}`),
      fields: [expect.objectContaining({ field: '/quantity' })],
    });
  });
});
