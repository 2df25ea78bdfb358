import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL, RETENTION, rows } from '../../db/connect.js';
import { applyRetention } from '../../db/retention/applyRetention.js';
import { dueNow } from '../../db/retention/dueNow.js';
import { insertHold, liftHold } from '../../db/retention/holdStore.js';
import { KONTOR } from '../../domain/access/actor.js';
import type { RetentionClass } from '../../domain/retention.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { allHold, verifyAll } from '../../verify/index.js';
import { oldMonth, type OldMonths } from '../support/oldMonths.js';

/** Check-ins of March 2024 are kept through 31 March 2026, in Berlin. */
const LAST_DAY = new Date('2026-03-31T21:59:59Z');
const NEXT_DAY = new Date('2026-03-31T22:00:00Z');

describe('check-ins, rule 15', () => {
  let pool: RenderPool;
  let old: OldMonths;

  const due = async (now: Date, name: RetentionClass = 'checkIns') => {
    const found = await old.database.db.transaction(ALL, (trx) => dueNow(trx, now));
    const { keptFrom, due: goes, held } = found.find((each) => each.class === name) ?? {};
    return { keptFrom, due: goes, held };
  };
  const kept = () =>
    old.month.run<{ month: string; n: number }>(
      `select to_char(observed_at at time zone 'UTC', 'YYYY-MM') as month, count(*)::int as n from check_in group by 1 order by 1`,
    );

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    old = await oldMonth(pool, '2024-03', '2026-03');
  });
  afterAll(async () => {
    await pool.close();
    await old.database.drop();
  });

  it('are kept through the last day of the month that lies 24 months after theirs, in the programme’s zone', async () => {
    expect(await due(LAST_DAY)).toEqual({ keptFrom: '2024-03', due: 0, held: 0 });
    expect(await due(NEXT_DAY)).toEqual({ keptFrom: '2024-04', due: 4, held: 0 });
  });

  it('stay while a month that may correct theirs is open, however old they are', async () => {
    const bound = async (open: string) => {
      await old.month.run(`update billing_run set state = 'open' where period = :open`, { open });
      const found = await due(NEXT_DAY);
      await old.month.run(`update billing_run set state = 'skipped' where period = :open`, { open });
      return found;
    };
    expect(await bound('2024-09')).toEqual({ keptFrom: '2024-01', due: 0, held: 0 });
    expect(await bound('2024-12')).toEqual({ keptFrom: '2024-04', due: 4, held: 0 });
  });

  it('a legal hold over the MSP, the programme or everything keeps them, and the preview names how many', async () => {
    const [holder] = [{ setAt: NEXT_DAY, setBy: KONTOR, reason: 'a lawsuit' }];
    for (const [what, expected] of [
      [
        { companyId: old.msps.alpha, programme: null },
        { due: 2, held: 2 },
      ],
      [
        { companyId: null, programme: 'msp' },
        { due: 0, held: 4 },
      ],
      [
        { companyId: null, programme: null },
        { due: 0, held: 4 },
      ],
    ] as const) {
      const id = randomUUID();
      await old.database.db.transaction(ALL, (trx) => insertHold(trx, { id, ...what, ...holder }));
      expect(await due(NEXT_DAY)).toMatchObject(expected);
      await old.database.db.transaction(ALL, (trx) => liftHold(trx, { id, at: NEXT_DAY, by: KONTOR, reason: 'over' }));
    }
  });

  it('under a hold over one MSP those of the others go, row by row, and the held ones stay', async () => {
    const id = randomUUID();
    const hold = {
      id,
      companyId: old.msps.alpha,
      programme: null,
      reason: 'a lawsuit',
      setAt: NEXT_DAY,
      setBy: KONTOR,
    };
    await old.database.db.transaction(ALL, (trx) => insertHold(trx, hold));
    await applyRetention(old.database.db, { now: NEXT_DAY, actor: KONTOR });
    expect(await kept()).toEqual([
      { month: '2024-03', n: 2 },
      { month: '2024-04', n: 2 },
    ]);
    await old.database.db.transaction(ALL, (trx) => liftHold(trx, { id, at: NEXT_DAY, by: KONTOR, reason: 'over' }));
  });

  it('go as a whole partition once nobody holds any, with an event that says how many', async () => {
    await applyRetention(old.database.db, { now: NEXT_DAY, actor: KONTOR });
    expect(await kept()).toEqual([{ month: '2024-04', n: 2 }]);
    expect(await old.month.run(`select to_regclass('check_in_2024_03') as partition`)).toEqual([{ partition: null }]);
    const told = await old.month.run<{ action: string; after: { removed: number } }>(
      `select action, after from audit_event where subject = 'retention:checkIns' order by id`,
    );
    expect(told.map(({ action, after }) => [action, after.removed])).toEqual([
      ['retention.removed', 2],
      ['retention.monthRemoved', 2],
    ]);
  });

  it('verify says of that month that they are no longer kept, and holds', async () => {
    const report = await verifyAll(old.database.db, { programme: 'msp', period: '2024-03' });
    expect(report.programmes.msp?.I6).toBe('no longer kept');
    expect(allHold(report)).toBe(true);
    const all = await verifyAll(old.database.db, {});
    expect(all.programmes.msp?.I6).toBe('holds');
    expect(allHold(all)).toBe(true);
  });

  it('the role that removes cannot remove what is younger than 13 months, nor a whole month of it', async () => {
    const [site] = await old.month.run<{ msp_id: string }>('select * from site limit 1');
    const removed = await old.database.db.transaction(RETENTION, async (trx) => {
      await rows(trx, `select 1`);
      return rows(trx, `delete from check_in where observed_at > now() - interval '12 months' returning 1`);
    });
    expect([site === undefined, removed]).toEqual([false, []]);
    const month = new Date().toISOString().slice(0, 10);
    await expect(
      old.database.db.transaction(RETENTION, (trx) =>
        rows(trx, 'select kontor_drop_check_ins(:month::date)', { month }),
      ),
    ).rejects.toThrow('13 months at least');
    await expect(
      old.database.db.transaction(ALL, (trx) => rows(trx, `select kontor_drop_check_ins('2020-01-01')`)),
    ).rejects.toThrow('permission denied');
  });
});
