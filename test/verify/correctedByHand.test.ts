import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { allHold, verifyAll, type Verdict } from '../../verify/index.js';
import type { ClosedMonths } from '../support/closedMonths.js';
import { CORRECTED_AT, correctedMonths } from '../support/correctedMonths.js';
import { planting, type Planting } from './planting.js';

describe('kontor verify of corrections by hand', () => {
  let pool: RenderPool;
  let months: ClosedMonths;
  let planted: Planting;

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    months = await correctedMonths(pool);
    planted = planting(months.database);
  }, 60_000);
  afterAll(async () => {
    await planted.stop();
    await pool.close();
    await months.database.drop();
  });

  const text = (verdict: Verdict | undefined) => (Array.isArray(verdict) ? verdict.join('\n') : verdict);

  it('finds nothing, documents rendered again', async () => {
    const report = await verifyAll(months.database.db, { now: new Date(CORRECTED_AT), renderPool: pool });
    expect(report.programmes.msp).toMatchObject({ I1: 'holds', I2: 'holds', I5: 'holds', I8: 'holds' });
    expect(allHold(report)).toBe(true);
  });

  it.each<[string, string[], string, RegExp]>([
    [
      'a number that is missing',
      [`update credit set sequence = 9, number = 'MSP-PL-2026-C000009' where currency = 'PLN'`],
      'I1',
      /PL 2026: credit MSP-PL-2026-C000009 has place 1/,
    ],
    ['a counter that went on', ['update credit_number set last = 7'], 'I1', /the counter of credits stands at 7/],
    [
      'a confirmation by who asked',
      [`update correction set decided_by = asked_by where state = 'confirmed'`],
      'I2',
      /was not confirmed by a second person/,
    ],
    [
      'an amount that was raised',
      [`update correction set amount_minor = amount_minor - 1 where booking = 'credit'`],
      'I2',
      /credit MSP-DE-2026-C000001 is not what was confirmed/,
    ],
    [
      'another reason on the line than on the correction',
      [`update statement_line set content = jsonb_set(content, '{reason}', '"x"') where kind = 'manual_correction'`],
      'I2',
      /is not what was confirmed/,
    ],
    [
      'a line that no statement booked',
      [`delete from statement_line where kind = 'manual_correction'`],
      'I2',
      /was confirmed and is in no next_statement/,
    ],
    [
      'a credit that is gone',
      [
        `delete from billing_pack_credit where credit_id in (select id from credit where currency = 'PLN')`,
        `delete from credit where currency = 'PLN'`,
        `update credit_number set last = 0 where last = 1`,
      ],
      'I2',
      /was confirmed and is in no credit/,
    ],
    [
      'what was never billed',
      [`update correction set plan = jsonb_set(plan, '{line,billedMinor}', '"99900"') where booking = 'credit'`],
      'I2',
      /says that 99900 minor units were billed/,
    ],
    [
      'more taken off than billed',
      [`update correction set plan = jsonb_set(plan, '{line,ratedMinor}', '"-1"') where booking = 'credit'`],
      'I2',
      /takes off more than was billed/,
    ],
    [
      'a credit that nobody was told of',
      [`delete from outbox where kind = 'creditIssued' and msp_id is null`],
      'I2',
      /has 1 mails instead of 2/,
    ],
    [
      'a mail of a credit that says another total',
      [
        `update outbox set params = jsonb_set(params, '{total,amount}', '"-0.01"') where kind = 'creditIssued' and msp_id is null`,
      ],
      'I4',
      /credit-distributor\.MSP-DE-2026-C000001@kontor\.example: it says -0\.01 EUR, MSP-DE-2026-C000001 comes to -10\.00 EUR/,
    ],
    [
      'a mail of a credit that says another number',
      [
        `update outbox set params = jsonb_set(params, '{number}', '"MSP-DE-2026-C000009"') where kind = 'creditIssued' and msp_id is null`,
      ],
      'I4',
      /it says MSP-DE-2026-C000009, and is about MSP-DE-2026-C000001/,
    ],
    [
      'a credit that was changed',
      [`update credit set content = jsonb_set(content, '{lines,0,reason}', '"x"')`],
      'I5',
      /its content was changed/,
    ],
    [
      'a chain that was cut',
      [`update credit set previous_hash = '\\x00'`],
      'I5',
      /the chain of hashes is broken before it/,
    ],
    [
      'a credit that no pack has, though its distributor got one since',
      [`delete from billing_pack_credit where credit_id in (select id from credit where number like '%C000002')`],
      'I2',
      /credit MSP-DE-2026-C000002 is in no billing pack/,
    ],
    [
      'a total of a pack that does not deduct its credits',
      [
        `update outbox set params = jsonb_set(params, '{totals,0,amount}', '"9999.00"') where kind = 'billingPack' and period = '2026-04'`,
      ],
      'I2',
      /it says 9999.00 EUR; statements and credits in it come to /,
    ],
    [
      'a pack whose mail knows nothing of its credits',
      [
        `update outbox set params = jsonb_set(params, '{credits}', '0') where kind = 'billingPack' and period = '2026-04'`,
      ],
      'I2',
      /it says 0 credits, and has/,
    ],
    [
      'a credit in the pack of another distributor',
      [
        `update billing_pack_credit p set billing_pack_id = b.id from billing_pack b join distributor d on d.id = b.distributor_id, credit c
         where c.id = p.credit_id and c.currency = 'PLN' and d.code = 'DE' and b.period = '2026-04'`,
      ],
      'I7',
      /credit MSP-PL-2026-C000001 is in a billing pack of another programme or distributor/,
    ],
    [
      'a summary that hides a credit',
      [`update billing_pack set summary = jsonb_set(summary, '{credits}', '[]') where period = '2026-04'`],
      'I5',
      /its summary lists other credits than it holds/,
    ],
    [
      'lines of a pack without those of its credits',
      [
        `update billing_pack_credit set billing_pack_id = (select id from billing_pack where period = '2026-02' limit 1)`,
      ],
      'I5',
      /its CSV is not that of its statements and credits/,
    ],
    ['a document that was changed', [`update correction_document set pdf = '\\x00'`], 'I5', /its PDF was changed/],
    [
      'the documents of two corrections exchanged',
      [
        `update correction_document d set pdf = o.pdf, sha256 = o.sha256, pages = o.pages from correction_document o, correction c, correction k
         where c.id = d.correction_id and k.id = o.correction_id and c.booking = 'revision' and k.booking = 'credit' and k.msp_id = c.msp_id`,
      ],
      'I5',
      /revision 2: its PDF is called "Credit MSP-PL-2026-C000001 to usage statement MSP-PL-2026-000002"/,
    ],
    [
      'documents of two credits exchanged',
      [
        `update correction_document d set pdf = o.pdf, sha256 = o.sha256, pages = o.pages from correction_document o, credit c, credit k
         where c.correction_id = d.correction_id and k.correction_id = o.correction_id and c.id <> k.id
           and c.currency = 'EUR' and k.currency = 'EUR'`,
      ],
      'I5',
      /credit MSP-DE-2026-C000001: its PDF is called "Credit MSP-DE-2026-C000002 to /,
    ],
    [
      'a revision that was changed',
      [`update statement_revision set content = jsonb_set(content, '{msp,name}', '"x"')`],
      'I5',
      /revision 2: its content was changed/,
    ],
    ['a document that was never made', ['delete from correction_document'], 'I8', /would be rendered now/],
  ])('finds %s', async (_what, statements, invariant, found) => {
    const { programmes } = await planted.verifyWith(statements);
    expect(text(programmes.msp?.[invariant as 'I1'])).toMatch(found);
  });
});
