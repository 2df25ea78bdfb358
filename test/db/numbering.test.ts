import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue } from '../../activities/issueStatements.js';
import { ALL, rows } from '../../db/connect.js';
import { settleByDefault } from '../../db/closing/reconciliation.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runKeyOf } from '../../domain/run.js';
import { monthFixture } from '../support/month.js';

const NOW = new Date('2026-11-20T12:00:00Z');

describe('rule 13: numbers are gapless per distributor and year, given at issue', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let german: string;
  let polish: string;

  beforeEach(async () => {
    database = await createTestDatabase(8);
    month = monthFixture(database.db);
    german = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    polish = await month.distributor({ code: 'PL', currency: 'EUR', country: 'PL' });
    await month.pricePlan({ currency: 'EUR', prices: {} });
  });

  afterEach(() => database.drop());

  const msps = async (distributorId: string, ...names: string[]) => {
    for (const name of names) await month.msp({ name, distributorId });
  };
  const close = async (period: string) => (await month.close(period)).map(({ number, msp }) => `${number} ${msp.name}`);
  const issueOne = (period: string, from: number, to: number) =>
    database.db.transaction(ALL, async (trx) => {
      const key = { ...runKeyOf({ programme: 'msp', period }), shard: 1 };
      await settleByDefault(trx, key, NOW);
      return issue(trx, { ...key, from, to }, NOW);
    });
  const numbers = async () =>
    (await month.run<{ number: string }>('select number from statement order by number')).map(({ number }) => number);

  it('rule 13: each distributor counts for itself, in the order of the MSPs’ names', async () => {
    await msps(german, 'Gamma', 'Alpha');
    await msps(polish, 'Beta');
    expect(await close('2026-02')).toEqual([
      'MSP-DE-2026-000001 Alpha',
      'MSP-DE-2026-000002 Gamma',
      'MSP-PL-2026-000001 Beta',
    ]);
  });

  it('rule 13: the next month goes on where the last one ended', async () => {
    await msps(german, 'Alpha', 'Beta');
    await close('2026-02');
    expect(await close('2026-03')).toEqual(['MSP-DE-2026-000003 Alpha', 'MSP-DE-2026-000004 Beta']);
  });

  it('rule 13: the year is that of the statement’s date: December is issued in January and begins anew', async () => {
    await msps(german, 'Alpha');
    expect(await close('2025-11')).toEqual(['MSP-DE-2025-000001 Alpha']);
    expect(await close('2025-12')).toEqual(['MSP-DE-2026-000001 Alpha']);
  });

  it('rule 13: an issue that fails half-way gives its numbers back', async () => {
    await msps(german, 'Alpha', 'Beta');
    await month.openAndReconcile('2026-02');
    const failed = database.db.transaction(ALL, async (trx) => {
      await issue(trx, { ...runKeyOf({ programme: 'msp', period: '2026-02' }), shard: 1, from: 0, to: 2 }, NOW);
      await rows(trx, 'select 1 / 0');
    });
    await expect(failed).rejects.toThrow('division by zero');
    expect(await numbers()).toEqual([]);
    expect((await month.endReviewAndIssue('2026-02')).map(({ number }) => number)).toEqual([
      'MSP-DE-2026-000001',
      'MSP-DE-2026-000002',
    ]);
  });

  it('rule 13: issues at the same time share one row of numbers, without gap or repeat', async () => {
    const names = Array.from({ length: 24 }, (_, index) => `MSP ${String(index).padStart(2, '0')}`);
    await msps(german, ...names);
    await close('2026-02');
    await month.openAndReconcile('2026-03');
    await Promise.all(Array.from({ length: 8 }, (_, index) => issueOne('2026-03', index * 3, index * 3 + 3)));
    expect(await numbers()).toEqual(
      Array.from({ length: 48 }, (_, index) => `MSP-DE-2026-${String(index + 1).padStart(6, '0')}`),
    );
  });

  it('rule 13, case 25: first issues of a year at the same time wait for each other, without gap or repeat', async () => {
    await msps(german, ...Array.from({ length: 8 }, (_, index) => `MSP ${index}`));
    await month.openAndReconcile('2026-02');
    await Promise.all(Array.from({ length: 8 }, (_, index) => issueOne('2026-02', index, index + 1)));
    expect(await numbers()).toEqual(Array.from({ length: 8 }, (_, index) => `MSP-DE-2026-00000${index + 1}`));
  });

  it('rule 13: the same issue five times at once numbers each MSP once', async () => {
    await msps(german, 'Alpha', 'Beta', 'Gamma');
    await close('2026-02');
    await month.openAndReconcile('2026-03');
    const counts = await Promise.all(Array.from({ length: 5 }, () => issueOne('2026-03', 0, 3)));
    expect(counts.map(({ issued }) => issued).sort()).toEqual([0, 0, 0, 0, 3]);
    expect(await numbers()).toHaveLength(6);
  });
});
