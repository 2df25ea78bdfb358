import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendAudit } from '../../db/access/auditStore.js';
import { ALL, RETENTION, rows } from '../../db/connect.js';
import { insertMsp } from '../../db/parties/mspStore.js';
import { applyRetention } from '../../db/retention/applyRetention.js';
import { dueNow } from '../../db/retention/dueNow.js';
import { insertHold, liftHold } from '../../db/retention/holdStore.js';
import { KONTOR, TERMINAL } from '../../domain/access/actor.js';
import type { RetentionClass } from '../../domain/retention.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { allHold, verifyAll } from '../../verify/index.js';
import { admit, admitToSession } from '../support/access.js';
import { oldMonth, type OldMonths } from '../support/oldMonths.js';

/** Documents of 2016 are kept through 31 December 2024, in Berlin. */
const LAST_DAY = new Date('2024-12-31T22:59:59Z');
const NEXT_DAY = new Date('2024-12-31T23:00:00Z');
const LATER = new Date('2025-01-02T00:00:00Z');

describe('what is kept by the calendar year, rule 15', () => {
  let pool: RenderPool;
  let old: OldMonths;

  const due = async (now: Date, name: RetentionClass) => {
    const found = await old.database.db.transaction(ALL, (trx) => dueNow(trx, now));
    const { keptFrom, due: goes, held } = found.find((each) => each.class === name) ?? {};
    return { keptFrom, due: goes, held };
  };
  const apply = (now: Date) => applyRetention(old.database.db, { now, actor: KONTOR });
  const count = async (table: string) =>
    (await old.month.run<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n;
  const hold = async (what: { companyId?: string; programme?: string }) => {
    const id = randomUUID();
    const { companyId = null, programme = null } = what;
    const set = { id, companyId, programme, reason: 'a lawsuit', setAt: LAST_DAY, setBy: KONTOR };
    await old.database.db.transaction(ALL, (trx) => insertHold(trx, set));
    return () =>
      old.database.db.transaction(ALL, (trx) => liftHold(trx, { id, at: LAST_DAY, by: KONTOR, reason: 'over' }));
  };

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    old = await oldMonth(pool, '2016-02', '2024-12');
    await old.database.asOwner(
      `insert into billing_pack_response (id, billing_pack_id, distributor_id, kind, question, said_at, said_by, answer, answered_at,
         answered_by)
       select gen_random_uuid(), id, distributor_id, 'questioned', 'What is line 1?', made_at, '{}', 'The month', made_at, '{}'
       from billing_pack`,
    );
    await old.database.asOwner(
      `with found as (
         insert into discrepancy (programme_code, period, msp_id, kind, handling, evidence, state, found_at)
         select programme_code, period, msp_id, 'total_moved', 'person', '{}', 'open', now() from run_participant returning id, msp_id),
       made as (
         insert into person (id, name, email, locale, zone, state, created_at, created_by)
         select gen_random_uuid(), 'Anna', 'anna@people.example', 'en', 'UTC', 'active', now(), '{}' returning id),
       said as (
         insert into case_comment (id, case_id, msp_id, company_id, side, audience, text, written_at, written_by)
         select gen_random_uuid(), id, msp_id, msp_id, 'msp', 'shared', 'x', now(), '{}' from found),
       handed as (
         insert into case_hand_over (id, case_id, number, msp_id, from_holder, holder, side, note, handed_at, handed_by)
         select gen_random_uuid(), id, 1, msp_id, 'partner_team', 'msp', 'partner_team', 'x', now(), '{}' from found)
       insert into case_person (id, case_id, person_id, role, from_at, given_by)
       select gen_random_uuid(), f.id, m.id, 'owner', now(), '{}' from found f cross join made m`,
    );
    for (const at of ['2016-03-07T00:00:00Z', '2016-12-31T00:00:00Z', '2026-01-01T00:00:00Z']) {
      const event = { at: new Date(at), actor: TERMINAL, action: 'test.done', subject: 'test:1' };
      await old.database.db.transaction(ALL, (trx) => {
        appendAudit(trx, event);
      });
    }
  });
  afterAll(async () => {
    await pool.close();
    await old.database.drop();
  });

  it('documents stay through the last day of the eighth year after theirs', async () => {
    expect(await due(LAST_DAY, 'documents')).toEqual({ keptFrom: '2016', due: 0, held: 0 });
    expect(await due(NEXT_DAY, 'documents')).toEqual({ keptFrom: '2017', due: 2, held: 0 });
  });

  it('the role that removes cannot remove a document before, whatever it is told, nor anybody else ever', async () => {
    await old.database.asOwner(`alter table statement disable trigger user`);
    await old.database.asOwner(`update statement set year = extract(year from now())::int - 8`);
    const removed = await old.database.db.transaction(RETENTION, (trx) =>
      rows(trx, 'delete from statement_document returning 1'),
    );
    expect(removed).toEqual([]);
    await old.database.asOwner(`update statement set year = 2016`);
    await old.database.asOwner(`alter table statement enable trigger user`);
    for (const scope of [ALL, { kind: 'msp' as const, mspId: old.msps.alpha }]) {
      await expect(
        old.database.db.transaction(scope, (trx) => rows(trx, 'delete from statement_document returning 1')),
      ).rejects.toThrow('permission denied');
    }
    await expect(
      old.database.db.transaction(RETENTION, (trx) => rows(trx, `update statement set number = 'x' returning 1`)),
    ).rejects.toThrow('permission denied');
    await expect(
      old.database.db.transaction(ALL, (trx) =>
        rows(
          trx,
          `insert into retained_from (class, kept_from, at) values ('auditTrail', '2030', now()) returning class`,
        ),
      ),
    ).rejects.toThrow('permission denied');
  });

  it('a hold over an MSP keeps its statements, the pack and the audit trail; those of others go', async () => {
    const lift = await hold({ companyId: old.msps.alpha });
    expect(await due(LATER, 'documents')).toEqual({ keptFrom: '2017', due: 1, held: 1 });
    expect((await due(LATER, 'auditTrail')).due).toBe(0);
    await apply(LATER);
    expect([await count('statement'), await count('statement_document'), await count('billing_pack')]).toEqual([
      1, 1, 1,
    ]);
    expect(await count('billing_pack_response')).toBe(1);
    const [left] = await old.month.run<{ id: string }>('select msp_id as id from statement');
    expect(left?.id).toBe(old.msps.alpha);
    expect(await old.month.run(`select distinct msp_id from reconciled_site`)).toEqual([{ msp_id: old.msps.alpha }]);
    expect(await count('case_person')).toBe(1);
    expect(allHold(await verifyAll(old.database.db, {}))).toBe(true);
    await lift();
  });

  it('a hold over the distributor or the programme keeps the rest', async () => {
    for (const what of [{ companyId: old.distributor }, { programme: 'msp' }]) {
      const lift = await hold(what);
      await apply(LATER);
      expect(await count('statement')).toBe(1);
      await lift();
    }
  });

  it('a run that breaks off is gone on with by the next one', async () => {
    const broken = applyRetention(old.database.db, {
      now: LATER,
      actor: KONTOR,
      onBatch: (name) => {
        if (name === 'documents') throw new Error('the machine stopped');
      },
    });
    await expect(broken).rejects.toThrow('the machine stopped');
    await apply(LATER);
    const tables = ['statement', 'statement_line', 'statement_document', 'billing_pack', 'billing_pack_statement'];
    for (const table of [
      ...tables,
      'billing_pack_response',
      'reconciled_site',
      'run_participant',
      'case_person',
      'case_hand_over',
      'case_comment',
    ]) {
      expect([table, await count(table)]).toEqual([table, 0]);
    }
    const told = await old.month.run<{ removed: string }>(
      `select sum((after ->> 'removed')::int)::text as removed from audit_event where subject = 'retention:documents'`,
    );
    // Two statements and their pack.
    expect(told).toEqual([{ removed: '3' }]);
  });

  it('the trail is cut at its beginning alone, and its chain is checked from there on', async () => {
    const first = await old.month.run<{ at: Date }>('select at from audit_event order by id limit 1');
    expect(first.map(({ at }) => at.getUTCFullYear() >= 2017)).toEqual([true]);
    const report = await verifyAll(old.database.db, {});
    expect([report.shared.I5, allHold(report)]).toEqual(['holds', true]);
    await old.database.asOwner('alter table audit_event disable trigger user');
    await old.database.asOwner('delete from audit_event where id = (select min(id) from audit_event)');
    await old.database.asOwner('alter table audit_event enable trigger user');
    const cut = await verifyAll(old.database.db, {});
    expect(Array.isArray(cut.shared.I5)).toBe(true);
  });

  it('an applicant’s data goes twelve months after the month of the refusal, and not that of who takes part', async () => {
    const [id, at] = [randomUUID(), new Date('2023-11-30T12:00:00Z')];
    const who = {
      name: 'Applying Anton',
      registrationNumber: 'R',
      address: ['Road'],
      country: 'DE',
      contactName: 'Anton',
    };
    const rest = { email: 'anton@applicant.example', locale: 'en' as const, zone: 'UTC' };
    await old.database.db.transaction(ALL, (trx) => insertMsp(trx, { id, ...who, ...rest }, { at, by: TERMINAL }));
    await old.month.run(
      `insert into participation (msp_id, programme_code, state, applied_at, decide_until, decided_at, decided_by, decision_reason)
       values (:id, 'msp', 'rejected', :at, :at, :at, '{}', 'Anton is unknown')`,
      { id, at },
    );
    expect(await due(new Date('2024-12-01T11:59:59Z'), 'applications')).toMatchObject({ due: 0 });
    expect(await due(new Date('2024-12-01T12:00:00Z'), 'applications')).toEqual({
      keptFrom: '2023-12',
      due: 1,
      held: 0,
    });
    const lift = await hold({ companyId: id });
    await apply(LATER);
    expect(await old.month.run('select name from company where id = :id', { id })).toEqual([{ name: who.name }]);
    await lift();
    await apply(LATER);
    expect(await old.month.run('select name, address from company where id = :id', { id })).toEqual([
      { name: 'Former applicant', address: [] },
    ]);
    expect(await old.month.run('select 1 from company_contact where company_id = :id', { id })).toEqual([]);
    expect(await old.month.run('select 1 from company where name = :name', { name: 'MSP alpha' })).toHaveLength(1);
    expect((await due(LATER, 'applications')).due).toBe(0);
  });

  it('who waits for a country no more goes twelve months after, with the links; who waits stays', async () => {
    const at = new Date('2023-11-30T12:00:00Z');
    const wishes = { told: at, withdrawn: at, unconfirmed: at, waits: at };
    for (const name of Object.keys(wishes)) {
      await old.month.run(
        `with w as (
           insert into waiting_list (id, programme_code, country, email, locale, asked_at, confirm_until, confirmed_at, told_at,
             withdrawn_at)
           values (gen_random_uuid(), 'msp', 'FR', :email, 'en', :at, :at, case when :name <> 'unconfirmed' then :at::timestamptz end,
             case when :name = 'told' then :at::timestamptz end, case when :name = 'withdrawn' then :at::timestamptz end)
           returning id)
         insert into one_time_link (id, kind, waiting_id, programme_code, made_at, expires_at)
         select gen_random_uuid(), 'waiting', id, 'msp', :at, 'infinity' from w`,
        { email: `${name}@waiting.example`, name, at },
      );
    }
    const left = async () =>
      (await old.month.run<{ email: string }>('select email from waiting_list order by email')).map(
        ({ email }) => email,
      );
    expect(await due(new Date('2024-12-01T12:00:00Z'), 'applications')).toMatchObject({ due: 3 });
    const lift = await hold({ programme: 'msp' });
    await apply(LATER);
    expect(await left()).toHaveLength(4);
    await lift();
    await apply(LATER);
    expect(await left()).toEqual(['waits@waiting.example']);
    expect(await old.month.run(`select 1 from one_time_link where kind = 'waiting'`)).toHaveLength(1);
    await old.month.run(`update programme set last_period = '2023-11' where code = 'msp'`);
    expect(await due(LATER, 'applications')).toMatchObject({ due: 1 });
    await apply(LATER);
    await old.month.run(`update programme set last_period = null where code = 'msp'`);
    expect(await left()).toEqual([]);
  });

  it('sessions and tokens go a year after their end, those that last stay', async () => {
    const db = old.database.db;
    const at = new Date('2016-03-07T00:00:00Z');
    await admit(db, 'vendor');
    await admitToSession(db, 'vendor');
    await old.month.run('update session set ends_at = :at', { at });
    await old.month.run('update api_token set revoked_at = :at where id = (select id from api_token limit 1)', { at });
    const kept = await count('api_token');
    expect(await due(new Date('2017-03-07T13:00:00Z'), 'access')).toMatchObject({ keptFrom: '2016-03-07', due: 0 });
    expect(await due(new Date('2017-03-08T12:00:00Z'), 'access')).toMatchObject({ keptFrom: '2016-03-08', due: 2 });
    await apply(LATER);
    expect([await count('session'), await count('api_token')]).toEqual([0, (kept ?? 0) - 1]);
  });
});
