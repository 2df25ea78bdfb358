import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { allHold, overallVerdicts, verifyAll, type Invariant, type VerifyOptions } from '../../verify/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';
import { NOW, planting, type Planting } from './planting.js';

describe('kontor verify', () => {
  let pool: RenderPool;
  let months: ClosedMonths;
  let planted: Planting;

  beforeAll(async () => {
    pool = createRenderPool({ threads: 2 });
    months = await closedMonths(pool);
    planted = planting(months.database);
  });

  afterAll(async () => {
    await planted.stop();
    await pool.close();
    await months.database.drop();
  });

  const verifyWith = async (bugs: readonly string[], options: VerifyOptions = {}) =>
    overallVerdicts(await planted.verifyWith(bugs, options));

  it('finds nothing in two closed months, with every document rendered again', async () => {
    const progress: [string, number, number][] = [];
    const verdicts = await verifyAll(months.database.db, {
      now: NOW,
      renderPool: pool,
      onProgress: (...step) => progress.push(step),
    });
    const holds = (...names: Invariant[]) => Object.fromEntries(names.map((name) => [name, 'holds']));
    expect(verdicts).toEqual({
      programmes: { msp: holds('I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I11') },
      shared: holds('I4', 'I5', 'I7', 'I10'),
      searched: { tables: expect.any(Number), documents: 10, mails: null, histories: null, logs: null },
      secretsOpened: null,
    });
    expect(allHold(verdicts)).toBe(true);
    expect(progress).toContainEqual(['I5', 6, 6]);
  });

  it.each(['2026-02', '2026-03'])('finds nothing in %s alone', async (period) => {
    expect(allHold(await verifyAll(months.database.db, { now: NOW, period }))).toBe(true);
  });

  it('says "not checked" for runs of a month that was never closed', async () => {
    expect((await verifyAll(months.database.db, { now: NOW, period: '2027-01' })).programmes).toMatchObject({
      msp: { I8: 'not checked', I9: 'not checked' },
    });
  });

  const alpha = `(select id from msp where name = 'MSP Alpha')`;
  const march = `(select id from statement where period = '2026-03' and msp_id = ${alpha})`;
  const site = (name: string) => `(select id from site where name = '${name}')`;
  const clone = (table: string, columns: string, values: string, where: string) =>
    `insert into ${table} (${columns}) select ${values} from ${table} where ${where}`;

  it.each<[Invariant, string, string[], RegExp]>([
    [
      'I1',
      'a second statement of the same MSP, period and revision',
      [
        'alter table statement drop constraint statement_msp_id_programme_code_period_revision_key',
        `insert into statement select gen_random_uuid(), programme_code, msp_id, distributor_id, period, revision, 'MSP-DE-2026-000099', 99, year,
         statement_date, currency, total_minor, line_count, content, template_version, content_hash, previous_hash,
         chain_hash, issued_at from statement where id = ${march}`,
      ],
      /MSP Alpha has 2 statements of 2026-03, revision 1/,
    ],
    [
      'I1',
      'a gap in the numbers',
      [`update statement set sequence = sequence + 1 where number = 'MSP-DE-2026-000004'`],
      /DE 2026: MSP-DE-2026-000004 follows MSP-DE-2026-000003/,
    ],
    [
      'I1',
      'a number in another form',
      [`update statement set number = 'DE-4' where number = 'MSP-DE-2026-000004'`],
      /DE-4 should be called MSP-DE-2026-000004/,
    ],
    [
      'I1',
      'a counter that ran ahead',
      [`update statement_number set last = last + 1 where year = 2026`],
      /the counter stands at 5, the last number is 4/,
    ],
    [
      'I2',
      'a total that is a cent too high',
      [
        `update statement set total_minor = total_minor + 1,
         content = jsonb_set(content, '{totalMinor}', to_jsonb((total_minor + 1)::text)) where id = ${march}`,
      ],
      /its lines add up to [\d.]+ EUR, its total says/,
    ],
    [
      'I2',
      'a line and the total, both a cent too high',
      [
        `update statement set content = jsonb_set(content, '{totalMinor}', to_jsonb((total_minor + 1)::text)) where id = ${march}`,
        `update statement_line set content = jsonb_set(content, '{amountMinor}', to_jsonb((amount_minor + 1)::text))
       where statement_id = ${march} and line_no = 1`,
      ],
      /line 1: its formula gives/,
    ],
    [
      'I2',
      'a formula that is not the price list’s',
      [
        `update statement_line set content = jsonb_set(content, '{steps,0,unitPrice}', '"1.99"')
       where statement_id = ${march} and line_no = 1`,
      ],
      /line 1: its formula is not what the price list says/,
    ],
    [
      'I2',
      'a peak other than reconciled',
      [
        `update statement_line set content = jsonb_set(content, '{peak}', '12') where statement_id = ${march} and line_no = 1`,
      ],
      /line 1 \(heard, main, mail-server.mailbox\): bills a peak of 12 \(reported\), reconciled and decided was 31/,
    ],
    [
      'I2',
      'a line that names another day of its peak',
      [
        `update statement_line set content = jsonb_set(content, '{peakOn}', '"2026-03-28"') where statement_id = ${march} and line_no = 1`,
      ],
      /line 1 says 2026-03-28 for the day of its peak, by the frozen facts it is 2026-03-29/,
    ],
    [
      'I2',
      'a decision that the statement ignores',
      [`update discrepancy set decided_quantity = 44 where decision = 'set_quantity'`],
      /bills a peak of 43 \(decided\), reconciled and decided was 44 \(decided\)/,
    ],
    [
      'I2',
      'usage that was reconciled and not billed',
      [`delete from statement_line where statement_id = ${march} and line_no = 1`],
      /heard, main, mail-server.mailbox: reconciled and not billed/,
    ],
    [
      'I2',
      'usage that was billed and never reconciled',
      [`delete from reconciled_site where period = '2026-03' and site_id = ${site('heard')}`],
      /heard, main, mail-server.mailbox\): billed and never reconciled/,
    ],
    [
      'I2',
      'a correction of more than was billed',
      [`update statement_line set content = jsonb_set(content, '{oldQuantity}', '13') where kind = 'correction'`],
      /corrects MSP-DE-2026-000002 from 13 \(\d+ minor units\), billed were 12/,
    ],
    [
      'I2',
      'a minimum that charges too much',
      [`update statement_line set content = jsonb_set(content, '{minimumMinor}', '"2001"') where kind = 'minimum'`],
      /line 1: the minimum is another/,
    ],
    [
      'I3',
      'an active site that nobody reconciled',
      [
        `insert into site select msp_id, gen_random_uuid(), programme_code, 'forgotten', product, kind, channel, from_period, state, contact,
         created_at, activated_at from site where name = 'heard'`,
        `insert into metered_key (msp_id, id, kind, site_id, key_hash, state, issued_at)
         select msp_id, gen_random_uuid(), kind, (select id from site where name = 'forgotten'), '\\x01', 'active',
         issued_at from metered_key where site_id = ${site('heard')}`,
      ],
      /2026-03: site "forgotten" of MSP Alpha was active and nobody reconciled it/,
    ],
    [
      'I3',
      'a participant called issued without a statement',
      [
        `update run_participant set state = 'issued' where period = '2026-03'`,
        `update statement set period = '2020-01' where id = ${march}`,
      ],
      /2026-03: the sites of MSP Alpha are in 0 statements/,
    ],
    [
      'I3',
      'a parked participant that has a statement all the same',
      [`update run_participant set state = 'parked' where period = '2026-03' and msp_id = ${alpha}`],
      /MSP Alpha is parked and has a statement/,
    ],
    [
      'I3',
      'a site that is billed twice',
      [
        clone(
          'statement_line',
          'msp_id, statement_id, line_no, programme_code, period, kind, site_id, tenant_ref, tenant_id, meter, peak, quantity, basis, for_period, amount_minor, content',
          'msp_id, statement_id, 77, programme_code, period, kind, site_id, tenant_ref, tenant_id, meter, peak, quantity, basis, for_period, amount_minor, content',
          `statement_id = ${march} and line_no = 1`,
        ),
      ],
      /is billed by MSP-DE-2026-000004 and MSP-DE-2026-000004/,
    ],
    [
      'I3',
      'a line of another MSP’s site',
      [`update statement_line set site_id = ${site('Wola')} where statement_id = ${march} and line_no = 1`],
      /MSP-DE-2026-000004: line 1 bills a site that is not its MSP's in this programme/,
    ],
    [
      'I3',
      'an MSP with sites that takes no part',
      [
        `delete from discrepancy where period = '2026-03' and msp_id = (select id from msp where name = 'MSP Gamma')`,
        `delete from reconciled_site where period = '2026-03' and site_id = ${site('Wola')}`,
        `delete from run_participant where period = '2026-03' and msp_id = (select id from msp where name = 'MSP Gamma')`,
      ],
      /2026-03: MSP Gamma has active sites and takes no part in the run/,
    ],
    [
      'I4',
      'a mail that was accepted twice',
      [
        'alter table outbox drop constraint outbox_message_id_key',
        `insert into outbox (message_id, kind, locale, recipient, to_company, purpose, params, state, not_before, sent_at,
         created_at)
       select message_id, kind, locale, recipient, to_company, purpose, params, state, not_before, sent_at, created_at from outbox where id = 1`,
      ],
      /was accepted 2 times/,
    ],
    [
      'I4',
      'a mail that is being sent for ever',
      [`update outbox set state = 'sending', claimed_at = '2026-04-06' where statement_id = ${march}`],
      /statement\.MSP-DE-2026-000004\.1@kontor\.example is being sent since 2026-04-06/,
    ],
    [
      'I4',
      'a mail that is due and was not sent',
      [`update outbox set state = 'pending', sent_at = null where statement_id = ${march}`],
      /is due since 2026-04-06 .* and was not sent/,
    ],
    [
      'I4',
      'a statement without a mail',
      [`delete from outbox where statement_id = ${march}`],
      /nobody mails statement MSP-DE-2026-000004/,
    ],
    [
      'I4',
      'a mail of a statement that says another total',
      [`update outbox set params = jsonb_set(params, '{total,amount}', '"1.00"') where statement_id = ${march}`],
      /statement\.MSP-DE-2026-000004\.1@kontor\.example: it says 1\.00 EUR, MSP-DE-2026-000004 comes to [\d.]+ EUR/,
    ],
    [
      'I4',
      'a mail of a statement that says another number',
      [
        `update outbox set params = jsonb_set(params, '{number}', '"MSP-DE-2026-000003"') where statement_id = ${march}`,
      ],
      /it says MSP-DE-2026-000003, and is about MSP-DE-2026-000004/,
    ],
    [
      'I4',
      'a billing pack without a mail',
      [`delete from outbox where kind = 'billingPack' and period = '2026-03'`],
      /nobody mails billing pack 2026-03 of DE, supplement 0/,
    ],
    [
      'I5',
      'a changed statement',
      [`update statement set content = jsonb_set(content, '{msp,name}', '"MSP Omega"') where id = ${march}`],
      /MSP-DE-2026-000004: its content was changed/,
    ],
    [
      'I5',
      'a changed line',
      [
        `update statement_line set content = jsonb_set(content, '{siteName}', '"elsewhere"') where statement_id = ${march} and line_no = 1`,
      ],
      /MSP-DE-2026-000004: its content was changed/,
    ],
    [
      'I5',
      'a changed statement whose hash was changed as well',
      [`update statement set content_hash = sha256('x') where id = ${march}`],
      /MSP-DE-2026-000004: its chain hash is wrong/,
    ],
    [
      'I5',
      'a statement cut out of the chain',
      [
        `delete from statement_line where statement_id = ${march}`,
        `alter table outbox drop constraint outbox_statement_id_fkey`,
        `delete from statement_document where statement_id = ${march}`,
        `delete from billing_pack_statement where statement_id = ${march}`,
        `delete from statement where id = ${march}`,
      ],
      /DE 2026: the chain does not end where the counter says/,
    ],
    [
      'I5',
      'a PDF with one byte changed',
      [`update statement_document set pdf = set_byte(pdf, 100, get_byte(pdf, 100) # 1) where statement_id = ${march}`],
      /MSP-DE-2026-000004: its PDF was changed/,
    ],
    [
      'I5',
      'the documents of two statements exchanged',
      [
        `create temp table held on commit drop as select d.*, s.number from statement_document d
         join statement s on s.id = d.statement_id where s.number in ('MSP-DE-2026-000003', 'MSP-DE-2026-000004')`,
        `update statement_document d set pdf = h.pdf, sha256 = h.sha256, pages = h.pages from held h, statement s
         where s.id = d.statement_id and s.number in (select number from held) and h.number <> s.number`,
      ],
      /000003: its PDF is called "Usage statement MSP-DE-2026-000004, March 2026"\n.*000004: its PDF is called "Usage statement MSP-DE-2026-000003, March 2026"/,
    ],
    [
      'I5',
      'the summaries of two billing packs of a month exchanged',
      [
        `update billing_pack b set summary_pdf = o.summary_pdf, summary_sha256 = o.summary_sha256 from billing_pack o
         where b.period = '2026-03' and o.period = b.period and o.id <> b.id`,
      ],
      /2026-03 of PL, supplement 0: its summary PDF is called "Billing summary March 2026, Distributor DE"/,
    ],
    [
      'I5',
      'the summaries of two months exchanged',
      [
        `update billing_pack b set summary_pdf = o.summary_pdf, summary_sha256 = o.summary_sha256 from billing_pack o
         where o.period <> b.period and o.distributor_id = b.distributor_id`,
      ],
      /2026-03 of DE, supplement 0: its summary PDF attaches other lines than it has/,
    ],
    [
      'I5',
      'a column that says something else than the content',
      [`update statement set total_minor = total_minor + 1 where id = ${march}`],
      /MSP-DE-2026-000004: its columns say something else than its content/,
    ],
    [
      'I5',
      'a line’s column that says something else than its content',
      [`update statement_line set amount_minor = amount_minor + 1 where statement_id = ${march} and line_no = 2`],
      /MSP-DE-2026-000004: the columns of line 2 say something else/,
    ],
    [
      'I5',
      'a changed summary of a billing pack',
      [
        `update billing_pack set summary_pdf = set_byte(summary_pdf, 100, get_byte(summary_pdf, 100) # 1) where period = '2026-03'`,
      ],
      /billing pack 2026-03 of DE, supplement 0: its summary PDF was changed/,
    ],
    [
      'I5',
      'a changed CSV of a billing pack',
      [`update billing_pack set lines_csv = lines_csv || 'x'::bytea where period = '2026-03'`],
      /billing pack 2026-03 of PL, supplement 0: its CSV is not that of its statements/,
    ],
    [
      'I5',
      'a sealed total that was changed',
      [`update billing_run set control_totals = jsonb_set(control_totals, '{issued}', '7') where period = '2026-03'`],
      /2026-03: what the run was sealed over was changed/,
    ],
    [
      'I5',
      'case 48: the newest audit events deleted, those that a seal was made over among them',
      [`delete from audit_event where id >= (select max((audit_head ->> 'id')::bigint) from billing_run)`],
      /audit event \d+: the run msp 2026-03 was sealed over it, and it is gone/,
    ],
    [
      'I5',
      'a changed audit event',
      [`update audit_event set actor = '{"name": "somebody else"}' where id = 2`],
      /audit event 2: it was changed/,
    ],
    [
      'I5',
      'a removed audit event',
      [`delete from audit_event where id = 2`],
      /audit event 3: events before it are missing/,
    ],
    [
      'I6',
      'a check-in that was acknowledged and not counted',
      [`update check_in set quantities = '{50}' where counted_at = '2026-03-29T01:30:00Z'`],
      /2026-03: site heard, main, mail-server.mailbox: seen with 50, reconciled with 31/,
    ],
    [
      'I6',
      'a check-in of a tenant that was left out',
      [`update check_in set tenant_refs = '{other}' where counted_at = '2026-03-31T21:59:59Z'`],
      /2026-03: site heard, other, mail-server.mailbox: seen with 29, reconciled with nothing/,
    ],
    [
      'I6',
      'a peak that nobody saw',
      [`delete from check_in where counted_at = '2026-03-29T01:30:00Z'`],
      /seen with 29, reconciled with 31/,
    ],
    [
      'I6',
      'a peak on a day on which less was seen',
      [
        `update reconciled_site set facts = jsonb_set(facts, '{usage,0,installations,0,observedOn}', '"2026-03-31"')
         where period = '2026-03' and site_id = ${site('heard')}`,
      ],
      /2026-03: site heard, main, mail-server.mailbox: reached 31 on 2026-03-29, reconciled for 2026-03-31/,
    ],
    [
      'I6',
      'a peak that was reached before',
      [
        `update check_in set quantities = '{31}', received_at = '2026-03-28T10:00:00Z', counted_at = '2026-03-28T10:00:00Z'
         where counted_at = '2026-03-31T21:59:59Z'`,
      ],
      /2026-03: site heard, main, mail-server.mailbox: reached 31 on 2026-03-28, reconciled for 2026-03-29/,
    ],
    [
      'I6',
      'a report that was acknowledged and not counted',
      [`update usage_report set peaks = '{37}' where period = '2026-03' and site_id = ${site('heard')}`],
      /2026-03: site heard, main, mail-server.mailbox: reported 37, reconciled with 31/,
    ],
    [
      'I6',
      'a revision that came in time and was not counted',
      [
        `insert into usage_report select msp_id, site_id, installation_id, period, 2, sent_at, received_at, clock_offset_seconds,
         tenant_refs, meters, '{38}', content_hash, channel, 1 from usage_report where period = '2026-03' and site_id = ${site('heard')}`,
      ],
      /reported 38, reconciled with 31/,
    ],
    [
      'I6',
      'a late report that the next statement did not book',
      [
        `insert into usage_report select msp_id, site_id, installation_id, period, 2, sent_at, '2026-03-25', 0, tenant_refs, meters,
         '{18}', content_hash, channel, 1 from usage_report where period = '2026-02' and site_id = ${site('silent in February')}`,
      ],
      /2026-02: site silent in February, main, mail-server.mailbox: \d+.\d\d EUR by what was known before the latest statement, billed are/,
    ],
    [
      'I6',
      'a check-in that is there twice',
      [
        'alter table check_in drop constraint check_in_pkey',
        clone(
          'check_in',
          'msp_id, site_id, installation_id, observed_at, counted_at, sent_at, received_at, clock_offset_seconds, tenant_refs, meters, quantities, content_hash, channel, protocol_version',
          'msp_id, site_id, installation_id, observed_at, counted_at, sent_at, received_at, clock_offset_seconds, tenant_refs, meters, quantities, content_hash, channel, protocol_version',
          `counted_at = '2026-03-29T01:30:00Z'`,
        ),
      ],
      /2 check-ins of 2026-03-29/,
    ],
    [
      'I6',
      'a check-in of an installation that never activated',
      [`update check_in set installation_id = gen_random_uuid() where counted_at = '2026-03-29T01:30:00Z'`],
      /should have been refused/,
    ],
    [
      'I6',
      'a negative count',
      [`update check_in set quantities = '{-1}' where counted_at = '2026-03-31T21:59:59Z'`],
      /should have been refused/,
    ],
    [
      'I7',
      'row level security switched off',
      ['alter table site no force row level security'],
      /row level security is not forced on site/,
    ],
    [
      'I7',
      'a policy that shows everything',
      ['create policy leak on tenant using (true)'],
      /rows of tenant are visible to an MSP they do not belong to/,
    ],
    [
      'I7',
      'a statement mailed to somebody else',
      [`update outbox set recipient = 'other@msp.example' where statement_id = ${march}`],
      /goes to other@msp.example and is about another MSP, programme or address/,
    ],
    [
      'I7',
      'a statement in another distributor’s pack',
      [
        `update billing_pack_statement set billing_pack_id = (select b.id from billing_pack b join distributor d
         on d.id = b.distributor_id where d.code = 'PL' and b.period = '2026-03') where statement_id = ${march}`,
      ],
      /MSP-DE-2026-000004 is in a billing pack of another programme, distributor/,
    ],
    [
      'I8',
      'a participant that a second run would issue',
      [`update run_participant set state = 'open' where period = '2026-03' and msp_id = ${alpha}`],
      /2026-03: MSP Alpha would be issued now/,
    ],
    [
      'I8',
      'a statement without a document',
      [`delete from statement_document where statement_id = ${march}`],
      /MSP-DE-2026-000004 would be rendered now/,
    ],
    [
      'I8',
      'a statement without a pack',
      [`delete from billing_pack_statement where statement_id = ${march}`],
      /MSP-DE-2026-000004 would go into a billing pack now/,
    ],
    [
      'I8',
      'a mail that a second run would send',
      [`update outbox set state = 'pending' where statement_id = ${march}`],
      /statement\.MSP-DE-2026-000004\.1@kontor\.example would be sent now/,
    ],
    [
      'I8',
      'a finding without a case',
      [`delete from discrepancy where kind = 'report_mismatch'`],
      /site "reports less than seen": report_mismatch main mail-server.mailbox is no case/,
    ],
    [
      'I8',
      'a case that no facts call for',
      [`update discrepancy set kind = 'two_installations' where kind = 'report_mismatch'`],
      /two_installations main mail-server.mailbox is no finding/,
    ],
    [
      'I8',
      'a shard that never ended',
      [`update run_shard set stage = 'issue' where period = '2026-03' and shard = 1`],
      /2026-03: shard 1 is in stage issue/,
    ],
    [
      'I9',
      'a run that is open past its last deadline',
      [`update billing_run set state = 'open' where period = '2026-03'`],
      /2026-03: the run is open and everything was to be mailed by 2026-04-1/,
    ],
    [
      'I9',
      'an MSP parked without a reason',
      [
        `update run_participant set state = 'parked', parked_code = 'X', parked_until = now() where period = '2026-03' and msp_id = ${alpha}`,
      ],
      /MSP Alpha is parked without a reason/,
    ],
    [
      'I9',
      'an MSP parked for a total that was confirmed',
      [
        `update run_participant set state = 'parked', parked_code = 'total_moved', parked_reason = 'x', parked_until = now()
       where period = '2026-03' and msp_id = ${alpha}`,
      ],
      /MSP Alpha is parked although its total was confirmed/,
    ],
  ])('%s names %s', async (invariant, _bug, statements, named) => {
    const verdict = (await verifyWith(statements))[invariant];
    expect(Array.isArray(verdict) ? verdict.join('\n') : verdict).toMatch(named);
  });

  it('I5 names a PDF that was replaced together with its hash: a fresh render gives other bytes', async () => {
    const bug = `update statement_document set pdf = pdf || 'x'::bytea, sha256 = sha256(pdf || 'x'::bytea) where statement_id = ${march}`;
    const { I5 } = await verifyWith([bug], { renderPool: pool });
    expect(I5).toEqual([
      'msp: MSP-DE-2026-000004: a fresh render of the frozen rows gives another PDF than the one that is stored',
    ]);
  });

  it('shows the first twenty things that are wrong, and how many more there are', async () => {
    const bug = `insert into outbox (message_id, kind, locale, recipient, params, not_before, created_at)
      select n || '@kontor.example', 'runSummary', 'en', 'a@b.example', '{}', '2026-04-01', '2026-04-01'
      from generate_series(1, 25) n`;
    const { I4 } = await verifyWith([bug]);
    expect(I4).toHaveLength(21);
    expect(Array.isArray(I4) && I4.at(-1)).toBe('and 5 more');
  });

  describe('with the inbox', () => {
    let inboxDir: string;
    let ids: string[];
    const mail = (id: string) => `From: a@kontor.example\r\nMessage-ID: <${id}>\r\nSubject: x\r\n\r\nbody\r\n`;

    beforeAll(async () => {
      inboxDir = await mkdtemp(join(tmpdir(), 'kontor-inbox-'));
      ids = (await months.month.run<{ id: string }>('select message_id as id from outbox order by id')).map(
        ({ id }) => id,
      );
      for (const [index, id] of ids.entries()) await writeFile(join(inboxDir, `${index + 1}.eml`), mail(id));
      await writeFile(join(inboxDir, 'index.jsonl'), '{}\n');
    });

    afterAll(() => rm(inboxDir, { recursive: true, force: true }));

    it('I4 holds when each mail is there once', async () => {
      expect((await verifyAll(months.database.db, { now: NOW, inboxDir })).shared.I4).toBe('holds');
    });

    it('I4 names a mail that arrived twice, and one that never did', async () => {
      const [twice, never] = ids;
      await writeFile(join(inboxDir, '2.eml'), mail(twice ?? ''));
      expect((await verifyAll(months.database.db, { now: NOW, inboxDir })).shared.I4).toEqual([
        `${twice} is in the inbox 2 times`,
        `${never} is called sent and is not in the inbox`,
      ]);
    });
  });
});
