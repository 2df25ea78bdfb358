import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL } from '../../db/connect.js';
import { listPricePlans } from '../../db/prices/pricePlanStore.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

describe('a stored price list', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('is read by the schemas of the price models: what none of them knows names the row and the place in it', async () => {
    const month = monthFixture(database.db);
    await month.programme();
    const id = await month.pricePlan({
      currency: 'EUR',
      prices: { 'scanner.scan': { model: 'package', size: 10, packagePrice: '2.45' } },
    });
    const list = () => database.db.transaction(ALL, (trx) => listPricePlans(trx, { limit: 10 }));
    expect((await list()).map(({ prices }) => prices)).toEqual([
      { 'scanner.scan': { model: 'package', size: 10, packagePrice: '2.45' } },
    ]);
    await database.asOwner(`update price_plan set prices = jsonb_set(prices, '{scanner.scan,size}', '"10"')`);
    await expect(list()).rejects.toMatchObject({
      code: 'STORED_DATA_UNREADABLE',
      message: expect.stringContaining(`price plan ${id}`),
      fields: [expect.objectContaining({ field: '/scanner.scan/size' })],
    });
  });
});
