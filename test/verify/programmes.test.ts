import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRenderPool } from '../../statements/index.js';
import { allHold, verifyAll, type Verdict } from '../../verify/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';
import { secondProgramme } from '../support/secondProgramme.js';
import { NOW, planting, type Planting } from './planting.js';

describe('kontor verify of two programmes', () => {
  let months: ClosedMonths;
  let planted: Planting;

  beforeAll(async () => {
    const pool = createRenderPool({ threads: 2 });
    months = await closedMonths(pool);
    await secondProgramme(months, pool);
    await pool.close();
    planted = planting(months.database);
  });

  afterAll(async () => {
    await planted.stop();
    await months.database.drop();
  });

  const text = (verdict: Verdict | undefined) => (Array.isArray(verdict) ? verdict.join('\n') : verdict);
  const broken = (verdicts: Partial<Record<string, Verdict>>) =>
    Object.keys(verdicts).filter((name) => Array.isArray(verdicts[name]));
  const alpha = `(select id from msp where name = 'MSP Alpha')`;

  it('finds nothing in either, an MSP in both of them', async () => {
    const report = await verifyAll(months.database.db, { now: NOW });
    expect(report).toMatchObject({
      programmes: { msp: { I1: 'holds', I8: 'holds', I11: 'holds' }, scan: { I1: 'holds', I8: 'holds', I11: 'holds' } },
    });
    expect(allHold(report)).toBe(true);
  });

  it('checks the one that is named alone', async () => {
    const { programmes } = await verifyAll(months.database.db, { now: NOW, programme: 'scan' });
    expect(Object.keys(programmes)).toEqual(['scan']);
  });

  it('names what is wrong under its own programme', async () => {
    const { programmes } = await planted.verifyWith([
      `update statement set sequence = 2 where programme_code = 'scan'`,
      `update check_in set quantities = '{50}' where counted_at = '2026-03-20T10:00:00Z'`,
    ]);
    expect([broken(programmes['msp'] ?? {}), broken(programmes['scan'] ?? {})]).toEqual([[], ['I1', 'I6']]);
  });

  it.each<[string, string, RegExp]>([
    [
      'a month that was never opened between two that were',
      `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
       values ('scan', '2026-06', 'open', '2026-07-01', '{}', '{"settings": {}, "kinds": []}')`,
      /2026-06: it was opened after 2026-03, months between them are missing/,
    ],
    [
      'a first run that is not of the first month',
      `update programme set first_period = '2026-02' where code = 'scan'`,
      /2026-03: it is the first run, and months are closed from 2026-02 on/,
    ],
    [
      'a month opened while the one before was open',
      `update billing_run set state = 'open' where programme_code = 'scan';
       insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
       values ('scan', '2026-04', 'open', '2026-05-01', '{}', '{"settings": {}, "kinds": []}')`,
      /2026-04: it was opened while 2026-03 was open/,
    ],
    [
      'a skipped month without a reason',
      `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
       values ('scan', '2026-04', 'skipped', '2026-05-01', '{}', '{}')`,
      /2026-04: it was skipped and nobody said why/,
    ],
    [
      'a skipped month with statements',
      `update billing_run set state = 'skipped', reason = 'x' where programme_code = 'scan'`,
      /2026-03: it was skipped and has rows in run_participant[\s\S]*2026-03: it was skipped and has rows in statement/,
    ],
    [
      'a statement from before its MSP joined',
      `update participation set joined_period = '2026-04' where programme_code = 'scan'`,
      /2026-03: MSP Alpha has statement SCAN-PL-2026-000001 and belongs to the programme from 2026-04 to now/,
    ],
    [
      'a statement from after its MSP left',
      `update participation set joined_period = '2026-01', left_period = '2026-02' where programme_code = 'scan'`,
      /2026-03: MSP Alpha has statement SCAN-PL-2026-000001 and belongs to the programme from 2026-01 to 2026-02/,
    ],
    [
      'a statement of a distributor other than the run was opened with',
      `update run_participant set distributor_id = (select id from distributor where code = 'DE')
       where programme_code = 'scan'`,
      /SCAN-PL-2026-000001: it says PL and zone Europe\/Berlin, the run was opened with DE and Europe\/Berlin/,
    ],
    [
      'a zone that was set anew for a month that is closed',
      `update company_zone set zone = 'Asia/Tokyo' where company_id = ${alpha}`,
      /2026-03: MSP Alpha was opened with PL and Europe\/Berlin, for which PL and Asia\/Tokyo are set now/,
    ],
    [
      'a distributor that was set anew for a month that is closed',
      `update participation_distributor set distributor_id = (select id from distributor where code = 'DE')
       where programme_code = 'scan'`,
      /2026-03: MSP Alpha was opened with PL and Europe\/Berlin, for which DE and Europe\/Berlin are set now/,
    ],
  ])('I11 names %s', async (_bug, statement, named) => {
    const { programmes } = await planted.verifyWith(statement.split(';'), { programme: 'scan' });
    expect(text(programmes['scan']?.I11)).toMatch(named);
  });

  it('I3 names a member with sites that takes no part', async () => {
    const { programmes } = await planted.verifyWith([
      `insert into participation (msp_id, programme_code, state, joined_period, applied_at, decide_until)
       select id, 'scan', 'approved', '2026-02', now(), now() from msp where name = 'MSP Gamma'`,
      `insert into site (msp_id, id, programme_code, from_period, name, product, kind, channel, state, created_at, activated_at)
       select msp_id, gen_random_uuid(), 'scan', '2026-02', 'never run', product, kind, channel, state, created_at,
         activated_at
       from site where name = 'Wola'`,
    ]);
    expect(text(programmes['scan']?.I3)).toBe('2026-03: MSP Gamma has active sites and takes no part in the run');
    expect(programmes['msp']?.I3).toBe('holds');
  });

  it('I6 names a report of a month before its site’s first', async () => {
    const { programmes } = await planted.verifyWith([
      `update site set from_period = '2026-04' where name = 'of the other programme'`,
    ]);
    expect(text(programmes['scan']?.I6)).toMatch(/the report of 2026-03 by installation \S+ should have been refused/);
  });

  it('I7 names a pack of another programme', async () => {
    const { programmes } = await planted.verifyWith([
      `update billing_pack_statement set billing_pack_id = (select b.id from billing_pack b
         join distributor d on d.id = b.distributor_id
         where b.programme_code = 'msp' and d.code = 'PL' and b.period = '2026-03')
       where statement_id = (select id from statement where programme_code = 'scan')`,
    ]);
    expect(text(programmes['msp']?.I7)).toBe(
      'SCAN-PL-2026-000001 is in a billing pack of another programme, distributor or period',
    );
  });

  describe('case 29: a discrepancy kind that came later', () => {
    const withoutItsCase = `delete from discrepancy where kind = 'usage_jump'`;
    const closedWithoutIt = `update billing_run set rules = jsonb_set(rules, '{kinds}', (rules -> 'kinds') - 'usage_jump')
      where programme_code = 'msp'`;

    it('never makes a month red that was closed without it', async () => {
      const { programmes } = await planted.verifyWith([withoutItsCase, closedWithoutIt]);
      expect(programmes['msp']?.I8).toBe('holds');
    });

    it('is missed in a month that was closed with it', async () => {
      const { programmes } = await planted.verifyWith([withoutItsCase]);
      expect(text(programmes['msp']?.I8)).toMatch(/usage_jump main mail-server.mailbox is no case/);
    });
  });
});
