import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { correctStatementId } from '../../workflows/correctStatement.js';
import { recordHistory } from '../support/histories.js';
import { monthFixture } from '../support/month.js';
import { createProgramme, eventually, seconds, type Programme } from '../support/programme.js';
import { readPdf } from '../statements/readPdf.js';

const MAILBOX = 'mail-server.mailbox';
const NAMES = ['Amount', 'Quantity', 'Credit', 'Waiver', 'Moved', 'Race one', 'Race two', 'Waits', 'Leaves'] as const;
type Name = (typeof NAMES)[number];

/**
 * February at 2.00 EUR a mailbox up to 50, then 1.50. Each MSP has two sites with 30 mailboxes each: line 1 is 30 × 2.00 =
 * 60.00, line 2 is 20 × 2.00 + 10 × 1.50 = 55.00, the statement 115.00.
 */
describe('an issued statement corrected by hand', () => {
  let house: Programme;
  let month: ReturnType<typeof monthFixture>;
  let anna: string;
  let ben: string;
  let germany: string;
  const msps = new Map<Name, { mspId: string; statementId: string; number: string; south: Site }>();
  type Site = Awaited<ReturnType<ReturnType<typeof monthFixture>['site']>>;

  const of = (name: Name) => {
    const found = msps.get(name);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const preview = (name: Name, correction: object) =>
    house.call('POST', `/v1/statements/${of(name).statementId}/corrections/preview`, { correction }, anna);
  const ask = (name: Name, correction: object, reason = 'Agreed on the telephone', as = anna) =>
    house.call('POST', `/v1/statements/${of(name).statementId}/corrections`, { correction, reason }, as);
  const decide = (id: string, body: object = { decision: 'confirm' }, as = ben) =>
    house.call('POST', `/v1/corrections/${id}/decision`, body, as);
  const withdraw = (id: string, as = anna) => house.call('POST', `/v1/corrections/${id}/withdraw`, {}, as);
  const confirmed = async (name: Name, correction: object, reason?: string): Promise<string> => {
    const asked = await ask(name, correction, reason);
    expect([asked.status, asked.json.code]).toEqual([202, undefined]);
    // Decided at once, it would be over before anybody was asked.
    await eventually(
      () => mails(asked.json.id),
      (found) => found.length > 0,
    );
    const { json } = await decide(asked.json.id);
    expect(json.state).toBe('confirmed');
    return asked.json.id;
  };
  const eur = (amount: string) => ({ amount, currency: 'EUR' });
  const refusal = ({ status, json }: Awaited<ReturnType<Programme['call']>>) => [
    status,
    json.code,
    json.errors[0]?.field,
  ];
  const lines = (statements: readonly Statement[], name: Name) =>
    statements
      .find(({ msp }) => msp.name === name)
      ?.lines.map((line) => [line.kind, line.amountMinor, 'correctsLine' in line ? line.correctsLine : null]);
  const ended = (id: string) => house.app.client.workflow.getHandle(correctStatementId(id)).result();
  const mails = async (id: string) =>
    (
      await house.query<{ kind: string; state: string }>(
        `select kind, state from outbox where message_id like '%' || :id || '%' or correction_id::text = :id order by id`,
        { id },
      )
    ).map(({ kind, state }) => `${kind} ${state}`);
  const pdf = async (path: string, token: string) => {
    const response = await fetch(house.apiUrl + path, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, ...readPdf(new Uint8Array(await response.arrayBuffer())) };
  };

  beforeAll(async () => {
    house = await createProgramme();
    month = monthFixture(house.database.db);
    anna = await house.token('vendor', { name: 'Anna' });
    ben = await house.token('vendor', { name: 'Ben' });
    germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const tiers = [{ upTo: 50, unitPrice: '2.00' }, { unitPrice: '1.50' }];
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'graduated', tiers } } });
    const souths = new Map<Name, Site>();
    for (const name of NAMES) {
      const left = name === 'Leaves' ? { left: '2026-02' } : {};
      const mspId = await month.msp({ name, distributorId: germany, ...left });
      const north = await month.site({ mspId, name: 'North' });
      const south = await month.site({ mspId, name: 'South' });
      souths.set(name, south);
      for (const period of ['2026-02', '2026-03', '2026-04']) {
        for (const site of [north, south]) {
          await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
        }
      }
    }
    await month.close('2026-02', new Date('2026-03-06T12:00:00Z'));
    const statements = await month.run<{ id: string; number: string; mspId: string; name: Name }>(
      `select s.id, s.number, s.msp_id as "mspId", m.name from statement s join msp m on m.id = s.msp_id`,
    );
    for (const { id: statementId, number, mspId, name } of statements) {
      const south = souths.get(name);
      if (south !== undefined) msps.set(name, { mspId, statementId, number, south });
    }
  }, 120_000);
  afterAll(() => house.stop());

  it('is previewed without a trace: the line, and what is left before and after', async () => {
    const shown = await preview('Amount', { change: 'amount', line: 1, amount: eur('-5.00') });
    expect(shown.json).toMatchObject({
      number: of('Amount').number,
      line: { correctsLine: 1, billed: eur('60.00'), rated: eur('55.00'), amount: eur('-5.00'), siteName: 'North' },
      ofLine: { before: eur('60.00'), after: eur('55.00') },
      ofStatement: { before: eur('115.00'), after: eur('110.00') },
    });
    expect((await house.call('GET', '/v1/corrections')).json.items).toEqual([]);
  });

  it('never by more than was billed: the error names field, rule and what to do', async () => {
    const tooMuch = await preview('Amount', { change: 'amount', line: 1, amount: eur('-60.01') });
    expect(refusal(tooMuch)).toEqual([409, 'CORRECTION_EXCEEDS_BILLED', '/correction/amount']);
    expect(tooMuch.json.detail).toContain('Of line 1 60.00 EUR are left');
    const refused = await Promise.all([
      preview('Amount', { change: 'amount', amount: eur('-115.01') }),
      preview('Amount', { change: 'amount', amount: eur('115.01') }),
      preview('Amount', { change: 'amount', amount: eur('0.00') }),
      preview('Amount', { change: 'amount', amount: { amount: '-1', currency: 'PLN' } }),
      preview('Amount', { change: 'amount', amount: eur('-1.001') }),
      preview('Amount', { change: 'amount', line: 9, amount: eur('-1.00') }),
      preview('Amount', { change: 'amount', amount: eur('1.00'), booking: 'credit' }),
      preview('Amount', { change: 'quantity', line: 1, quantity: 30 }),
      preview('Amount', { change: 'reissue' }),
    ]);
    expect(refused.map(refusal)).toEqual([
      [409, 'CORRECTION_EXCEEDS_BILLED', '/correction/amount'],
      [409, 'CORRECTION_EXCEEDS_BILLED', '/correction/amount'],
      [409, 'STATE_CONFLICT', '/correction/amount'],
      [422, 'VALIDATION_FAILED', '/correction/amount/currency'],
      [422, 'VALIDATION_FAILED', '/correction/amount/amount'],
      [404, 'NOT_FOUND', '/correction/line'],
      [409, 'STATE_CONFLICT', '/correction/booking'],
      [409, 'STATE_CONFLICT', '/correction/quantity'],
      [409, 'STATE_CONFLICT', undefined],
    ]);
  });

  it('takes two people: who asked, and a service account, confirm nothing (rule 18)', async () => {
    const machine = await house.token('vendor', { kind: 'service_account' });
    expect((await ask('Amount', { change: 'waiver' }, 'x', machine)).json.code).toBe('FOUR_EYES_REQUIRED');
    const { json } = await ask(
      'Amount',
      { change: 'amount', line: 1, amount: eur('-5.00') },
      'Line was down for a day',
    );
    expect(json).toMatchObject({ state: 'asked', amount: eur('-5.00'), askedBy: { name: 'Anna' } });
    expect((await decide(json.id, { decision: 'confirm' }, anna)).json.code).toBe('FOUR_EYES_REQUIRED');
    expect((await decide(json.id, { decision: 'confirm' }, machine)).json.code).toBe('FOUR_EYES_REQUIRED');
    expect((await withdraw(json.id, ben)).json.code).toBe('FORBIDDEN');
    const second = await ask('Amount', { change: 'waiver' });
    expect(refusal(second).slice(0, 2)).toEqual([409, 'STATE_CONFLICT']);
    expect((await decide(json.id)).json).toMatchObject({ state: 'confirmed' });
    expect((await decide(json.id, { decision: 'refuse', reason: 'No' })).json.code).toBe('ALREADY_DECIDED');
    expect(await ended(json.id)).toEqual({ state: 'confirmed' });
    await recordHistory(house.app.client, correctStatementId(json.id), 'correctStatement-line');
  });

  it('a quantity is priced by the statement’s own list, where the line stands', async () => {
    const shown = await preview('Quantity', { change: 'quantity', line: 2, quantity: 25 });
    // 20 × 2.00 + 5 × 1.50 = 47.50
    expect(shown.json.line).toMatchObject({
      oldQuantity: 30,
      newQuantity: 25,
      rated: eur('47.50'),
      amount: eur('-7.50'),
    });
    await confirmed('Quantity', { change: 'quantity', line: 2, quantity: 25 }, 'Five mailboxes were tests');
    // What the site says later of a line that people have corrected does not correct it twice.
    await month.report(of('Quantity').south, {
      ...{ period: '2026-02', revision: 2, receivedAt: '2026-03-20T00:00:00Z' },
      lines: [{ tenant: 'main', meter: MAILBOX, peak: 25 }],
    });
    await month.report(of('Amount').south, {
      ...{ period: '2026-02', revision: 2, receivedAt: '2026-03-20T00:00:00Z' },
      lines: [{ tenant: 'main', meter: MAILBOX, peak: 20 }],
    });
  });

  it('is a line of the next statement, once, and never moves its total into a case', async () => {
    const march = await month.close('2026-03', new Date('2026-04-06T12:00:00Z'));
    expect(lines(march, 'Quantity')).toEqual([
      ['usage', 60_00n, null],
      ['usage', 55_00n, null],
      ['manual_correction', -7_50n, 2],
    ]);
    // An amount comes on top of what the rules correct: 20 instead of 30 in the second line are 15.00 less.
    expect(lines(march, 'Amount')).toEqual([
      ['usage', 60_00n, null],
      ['usage', 55_00n, null],
      ['correction', -15_00n, null],
      ['manual_correction', -5_00n, 1],
    ]);
    expect(march.find(({ msp }) => msp.name === 'Amount')?.totalMinor).toBe(95_00n);
    await month.endReviewAndIssue('2026-03', new Date('2026-04-06T12:00:00Z'));
    const april = await month.close('2026-04', new Date('2026-05-06T12:00:00Z'));
    expect(lines(april, 'Amount')).toEqual([
      ['usage', 60_00n, null],
      ['usage', 55_00n, null],
    ]);
    const seen = await house.call('GET', `/v1/statements/${of('Amount').statementId}/corrections`);
    expect(seen.json.booked).toEqual([
      expect.objectContaining({ kind: 'correction', amount: eur('-15.00'), period: '2026-03' }),
      expect.objectContaining({ kind: 'manual_correction', amount: eur('-5.00'), period: '2026-03' }),
    ]);
    const left = await preview('Amount', { change: 'waiver' });
    expect(left.json.ofStatement).toMatchObject({ billed: eur('100.00'), before: eur('95.00'), after: eur('0.00') });
  });

  it('a credit at once: numbered without gaps, mailed to MSP and distributor, seen by them alone', async () => {
    const id = await confirmed('Credit', { change: 'amount', line: 1, amount: eur('-12.34'), booking: 'credit' });
    expect(await ended(id)).toEqual({ state: 'confirmed' });
    await recordHistory(house.app.client, correctStatementId(id), 'correctStatement-credit');
    const all = ['correctionAsked sent', 'creditIssued sent', 'creditIssued sent', 'correctionDecided sent'];
    expect(
      await eventually(
        () => mails(id),
        (found) => found.join() === all.join(),
      ),
    ).toEqual(all);
    const { mspId } = of('Credit');
    const own = await house.token('service_provider', { companyId: mspId });
    const other = await house.token('service_provider', { companyId: of('Amount').mspId });
    const distributor = await house.token('distributor', { companyId: germany });
    const foreign = await house.token('distributor', { companyId: house.distributorId });
    const year = new Date().getUTCFullYear();
    const [credit] = (await house.call('GET', '/v1/credits', undefined, own)).json.items;
    expect(credit).toMatchObject({
      ...{ number: `MSP-DE-${year}-C000001`, total: eur('-12.34'), statementNumber: of('Credit').number, mspId },
      document: { pages: 1 },
    });
    for (const token of [own, distributor]) {
      expect((await house.call('GET', `/v1/credits/${credit.id}`, undefined, token)).json).toMatchObject({
        lines: [{ correctsLine: 1, amount: eur('-12.34'), reason: 'Agreed on the telephone' }],
      });
    }
    for (const token of [other, foreign]) {
      for (const path of ['', '/pdf', '/csv']) {
        expect((await house.call('GET', `/v1/credits/${credit.id}${path}`, undefined, token)).json.code).toBe(
          'NOT_FOUND',
        );
      }
      expect((await house.call('GET', '/v1/credits', undefined, token)).json.items).toEqual([]);
    }
    const document = await pdf(`/v1/credits/${credit.id}/pdf`, own);
    expect(document.text).toContain('12.34');
    expect(document.text).toContain(of('Credit').number);
    expect([...document.files.keys()]).toEqual([`${credit.number}.csv`]);
    expect((await house.call('GET', `/v1/corrections/${id}`, undefined, own)).status).toBe(403);
  });

  it('credits and lines together never exceed what was billed', async () => {
    const left = await preview('Credit', { change: 'waiver', line: 1, booking: 'credit' });
    expect(left.json.line.amount).toEqual(eur('-47.66'));
    await confirmed('Credit', { change: 'waiver', line: 1, booking: 'credit' });
    expect(refusal(await preview('Credit', { change: 'waiver', line: 1 }))).toEqual([
      409,
      'STATE_CONFLICT',
      '/correction/line',
    ]);
    const more = await preview('Credit', { change: 'amount', amount: eur('-55.01') });
    expect(refusal(more)).toEqual([409, 'CORRECTION_EXCEEDS_BILLED', '/correction/amount']);
  });

  it('two credits confirmed at once get the next two numbers', async () => {
    const wish = { change: 'amount', amount: eur('-1.00'), booking: 'credit' };
    const [one, two] = await Promise.all([ask('Race one', wish), ask('Race two', wish)]);
    const outcomes = await Promise.all([decide(one.json.id), decide(two.json.id)]);
    expect(outcomes.map(({ json }) => json.state)).toEqual(['confirmed', 'confirmed']);
    const numbers = await house.query<{ sequence: number }>('select sequence from credit order by sequence');
    expect(numbers.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it('of two decisions at once one counts: two confirmations, a confirmation and a withdrawal, two requests', async () => {
    const carl = await house.token('vendor', { name: 'Carl' });
    const wish = { change: 'amount', amount: eur('-2.00') };
    const asked = await Promise.all([ask('Race one', wish), ask('Race one', wish)]);
    expect(asked.map(({ status }) => status).sort()).toEqual([202, 409]);
    const id = asked.find(({ status }) => status === 202)?.json.id;
    const both = await Promise.all([decide(id), decide(id, { decision: 'confirm' }, carl)]);
    expect(both.map(({ json }) => json.state ?? json.code).sort()).toEqual(['ALREADY_DECIDED', 'confirmed']);
    const again = (await ask('Race one', wish)).json.id;
    const either = await Promise.all([decide(again), withdraw(again)]);
    const counted = either.map(({ json }) => json.state ?? json.code);
    expect(counted).toContain('ALREADY_DECIDED');
    const { state } = (await house.call('GET', `/v1/corrections/${again}`)).json;
    expect(counted).toContain(state);
  });

  it('a waived statement is taken off as a whole, and what comes late for it books nothing', async () => {
    await confirmed('Waiver', { change: 'waiver' }, 'First month was a trial');
    await month.report(of('Waiver').south, {
      ...{ period: '2026-02', revision: 2, receivedAt: '2026-03-20T00:00:00Z' },
      lines: [{ tenant: 'main', meter: MAILBOX, peak: 90 }],
    });
    await month.report(of('Waiver').south, {
      period: '2026-05',
      lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }],
    });
    const may = await month.close('2026-05', new Date('2026-06-06T12:00:00Z'));
    const waived = may.find(({ msp }) => msp.name === 'Waiver');
    expect(waived?.lines.filter(({ kind }) => kind !== 'usage').map(({ amountMinor }) => amountMinor)).toEqual([
      -115_00n,
    ]);
    expect(refusal(await preview('Waiver', { change: 'quantity', line: 1, quantity: 40 }))).toEqual([
      ...[409, 'STATE_CONFLICT', '/correction/line'],
    ]);
  });

  it('is issued anew with the companies as they are now; the old document stays, no amount changes', async () => {
    const { mspId, statementId, number } = of('Moved');
    const moved = await house.call('PATCH', `/v1/companies/${mspId}`, {
      ...{ version: 1, name: 'Moved and renamed', address: ['New Road 7', '20095 Hamburg'], reason: 'Moved' },
    });
    expect([moved.status, moved.json.code]).toEqual([200, undefined]);
    const id = await confirmed('Moved', { change: 'reissue' }, 'The address was the old one');
    expect(await ended(id)).toEqual({ state: 'confirmed' });
    await recordHistory(house.app.client, correctStatementId(id), 'correctStatement-reissued');
    const own = await house.token('service_provider', { companyId: mspId });
    const document = await pdf(`/v1/statements/${statementId}/revisions/2/pdf`, own);
    expect(document.text).toContain('New Road 7');
    expect(document.text).toContain('Revision 2');
    const other = await house.token('service_provider', { companyId: of('Amount').mspId });
    expect((await house.call('GET', `/v1/statements/${statementId}/revisions/2/pdf`, undefined, other)).status).toBe(
      404,
    );
    const first = await house.call('GET', `/v1/statements/${statementId}`, undefined, own);
    expect(first.json).toMatchObject({ number, revision: 1, total: eur('115.00'), msp: { name: 'Moved' } });
    const seen = await house.call('GET', `/v1/statements/${statementId}/corrections`, undefined, own);
    expect(seen.json.revisions).toEqual([expect.objectContaining({ revision: 2 })]);
    expect((await preview('Moved', { change: 'reissue' })).json.code).toBe('STATE_CONFLICT');
  });

  it('confirmed while the next statement is issued: in that one or the one after, and once', async () => {
    const { json } = await ask('Race two', { change: 'amount', amount: eur('-2.00') });
    const [, decided] = await Promise.all([month.close('2026-06', new Date('2026-07-06T12:00:00Z')), decide(json.id)]);
    expect(decided.json.state).toBe('confirmed');
    await month.close('2026-07', new Date('2026-08-06T12:00:00Z'));
    const booked = await month.run<{ period: string }>(
      'select period from statement_line where correction_id = :id order by period',
      { id: json.id },
    );
    expect(booked).toHaveLength(1);
    await expect(
      month.run(
        `insert into statement_line (msp_id, statement_id, line_no, programme_code, period, kind, correction_id, amount_minor, content)
         select msp_id, statement_id, 99, programme_code, period, kind, correction_id, amount_minor, content
         from statement_line where correction_id = :id`,
        { id: json.id },
      ),
    ).rejects.toThrow('statement_line_books_once');
  });

  it('has no next statement once the MSP has left: then a credit is what is left', async () => {
    const refused = await preview('Leaves', { change: 'amount', amount: eur('-1.00') });
    expect(refusal(refused)).toEqual([409, 'STATE_CONFLICT', '/correction/booking']);
    await confirmed('Leaves', { change: 'amount', amount: eur('-1.00'), booking: 'credit' });
  });

  it('reminds, and expires where nobody decides; what is refused says why', async () => {
    const wish = { change: 'amount', amount: eur('-3.00') };
    const asked = (await ask('Waits', wish)).json.id;
    expect((await decide(asked, { decision: 'refuse' })).json.code).toBe('REASON_REQUIRED');
    expect((await decide(asked, { decision: 'refuse', reason: 'Not agreed' }, anna)).json.state).toBe('refused');
    await house.settings({ corrections: { remindAfterDays: seconds(1), expireAfterDays: seconds(4) } });
    const { id } = (await ask('Waits', wish)).json;
    await eventually(
      () => house.call('GET', `/v1/corrections/${id}`),
      ({ json }) => json.state === 'expired',
    );
    expect(await ended(id)).toEqual({ state: 'expired' });
    await recordHistory(house.app.client, correctStatementId(id), 'correctStatement-expired');
    const all = ['correctionAsked sent', 'correctionAsked sent', 'correctionExpired sent'];
    expect(
      await eventually(
        () => mails(id),
        (found) => found.join() === all.join(),
      ),
    ).toEqual(all);
  });

  it('not by who opened the run of that month, nor by who decided a case of that MSP in it (rule 18)', async () => {
    const { json: done } = await house.call('GET', '/v1/corrections?state=confirmed&limit=1');
    const ofBen = { actor: JSON.stringify(done.items[0].decidedBy), mspId: of('Waits').mspId };
    await house.settings({});
    const { id } = (await ask('Waits', { change: 'waiver' })).json;
    const openedBy = (actor: string) =>
      month.run(`update billing_run set opened_by = :actor where period = '2026-02'`, { actor });
    await openedBy(ofBen.actor);
    expect((await decide(id)).json.code).toBe('FOUR_EYES_REQUIRED');
    await openedBy(JSON.stringify({ kind: 'kontor', id: 'kontor', name: 'kontor' }));
    await month.run(
      `insert into discrepancy (programme_code, period, msp_id, kind, handling, evidence, state, resolved_by, decision, author,
         found_at, resolved_at)
       values ('msp', '2026-02', :mspId, 'total_moved', 'person', '{}', 'settled', 'person', 'confirm', :actor, now(), now())`,
      ofBen,
    );
    expect((await decide(id)).json.code).toBe('FOUR_EYES_REQUIRED');
    const carl = await house.token('vendor', { name: 'Carl' });
    expect((await decide(id, { decision: 'confirm' }, carl)).json.state).toBe('confirmed');
  });

  it('tells nobody whether a statement or correction exists', async () => {
    const own = await house.token('service_provider', { companyId: of('Amount').mspId });
    for (const id of [of('Credit').statementId, randomUUID()]) {
      const { status, json } = await house.call('GET', `/v1/statements/${id}/corrections`, undefined, own);
      expect([status, json.code, json.detail]).toEqual([404, 'NOT_FOUND', 'There is no such statement.']);
    }
    const unknown = await house.call('POST', `/v1/statements/${randomUUID()}/corrections`, {
      ...{ correction: { change: 'waiver' }, reason: 'x' },
    });
    expect(unknown.status).toBe(404);
    expect((await decide(randomUUID())).status).toBe(404);
  });

  it('leaves what was issued as it was, byte for byte', async () => {
    const changed = await house.query(
      `select number from statement where content ->> 'totalMinor' <> total_minor::text or revision <> 1`,
    );
    expect(changed).toEqual([]);
    await expect(house.query('update credit set total_minor = -1')).rejects.toThrow('permission denied');
  });
});
