import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exponentOf } from '../../domain/currency.js';
import type { Statement } from '../../domain/statement.js';
import { renderStatement } from '../../statements/render.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { recalculate } from './calculator.js';
import { statementOf, usageLine } from './sampleStatement.js';

const MAILBOX = 'mail-server.mailbox';
const AGENT = 'backup.server_agent';
const SCAN = 'scanner.scan';

/** March 2026 in euro, converted into złoty with a minimum, and in yen by a list of its own: every price model, licences whole and by twelfths, zero. */
describe('whoever has a calculator and the document alone', () => {
  let database: TestDatabase;
  let statements: Statement[];

  beforeAll(async () => {
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    const japan = await month.distributor({ code: 'JP', currency: 'JPY', country: 'JP' });
    await month.pricePlan({
      currency: 'EUR',
      minimumMinor: 100_00n,
      prices: {
        [MAILBOX]: {
          model: 'graduated',
          tiers: [{ upTo: 50, unitPrice: '2.505' }, { upTo: 100, unitPrice: '2.005' }, { unitPrice: '1.335' }],
        },
        [AGENT]: { model: 'per_unit', unitPrice: '3.333' },
        [SCAN]: { model: 'package', size: 10, packagePrice: '2.45' },
      },
    });
    await month.pricePlan({
      currency: 'JPY',
      distributorId: japan,
      prices: {
        [AGENT]: { model: 'volume', tiers: [{ upTo: 10, unitPrice: '450.5' }, { unitPrice: '106.5' }] },
        [MAILBOX]: { model: 'per_unit', unitPrice: '106.5' },
      },
    });
    for (const [name, distributorId] of [
      ['Berlin', germany],
      ['Warsaw', poland],
      ['Tokyo', japan],
    ] as const) {
      const mspId = await month.msp({ name, distributorId });
      for (const [site, peak] of [
        ['first', 47],
        ['second', 31],
        ['third', 229],
      ] as const) {
        const mail = await month.site({ mspId, name: `${site} of ${name}`, tenants: ['a', 'b'] });
        const lines = [
          { tenant: 'a', meter: MAILBOX, peak } as const,
          { tenant: 'b', meter: MAILBOX, peak: peak + 1 } as const,
        ];
        await month.report(mail, { period: '2026-03', lines });
        if (site === 'first') {
          await month.licence(mail, {
            meter: MAILBOX,
            count: 20,
            from: '2026-03-01',
            until: '2028-03-01',
            tenant: 'a',
            unitPrice: '11.11',
            currency: name === 'Tokyo' ? 'JPY' : 'EUR',
          });
        }
        if (site === 'second') {
          await month.licence(mail, {
            ...{ meter: MAILBOX, count: 5, from: '2026-01-01', until: '2027-01-01', tenant: 'a', unitPrice: '20' },
            ...{ currency: name === 'Tokyo' ? 'JPY' : 'EUR', billing: 'twelfths' },
          });
        }
        const agents = await month.site({ mspId, name: `agents of ${site} of ${name}`, product: 'backup' });
        await month.report(agents, { period: '2026-03', lines: [{ tenant: 'main', meter: AGENT, peak: peak % 7 }] });
        if (name === 'Tokyo') continue;
        const scans = await month.site({ mspId, name: `scans of ${site} of ${name}`, product: 'scanner' });
        await month.checkIn(scans, { at: '2026-03-15T10:00:00Z', tenant: 'main', meter: SCAN, count: peak });
        await month.report(scans, { period: '2026-03', lines: [{ tenant: 'main', meter: SCAN, peak }] });
      }
    }
    for (const [name, distributorId] of [
      ['Idle in Berlin', germany],
      ['Idle in Warsaw', poland],
      ['Idle in Tokyo', japan],
    ] as const) {
      await month.msp({ name, distributorId });
    }
    statements = await month.close('2026-03');
  }, 120_000);

  afterAll(() => database.drop());

  it.each(['Berlin', 'Warsaw', 'Tokyo', 'Idle in Berlin', 'Idle in Warsaw', 'Idle in Tokyo'])(
    'comes to every figure of the statement of %s',
    (name) => {
      const statement = statements.find(({ msp }) => msp.name === name);
      if (statement === undefined) throw new Error(`${name} has no statement`);
      const { problems, checked } = recalculate(renderStatement(statement).bytes, exponentOf(statement.currency));
      expect(problems).toEqual([]);
      expect(checked).toBeGreaterThan(name.startsWith('Idle') ? 2 : 12);
    },
  );

  it('notices a figure that does not follow', () => {
    const wrong = statementOf([usageLine({ peak: 12, amountMinor: 3_001n })]);
    expect(recalculate(renderStatement(wrong).bytes, 2).problems).toContain('12 × 2.50: printed 30.01, reckoned 30');
  });
});
