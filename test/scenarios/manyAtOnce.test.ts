import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askUntilAnswered, createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { admit } from '../support/access.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { eventually } from '../support/programme.js';

const MAILBOX = 'mail-server.mailbox';
const AGENT = 'backup.server_agent';
const RUN = '/v1/programmes/msp/runs/2026-03';

interface Outcome {
  caseId: string;
  mspId: string;
  mspName: string;
  outcome: string;
  statementNumber: string | null;
  error: { code: string } | null;
}

/**
 * March 2026, in review. Of six MSPs one site each has reported less than was seen of it; two more have agents that nobody has
 * priced, and the largest comes to so much that a second person has to confirm it.
 */
describe('many cases decided at once, and many that are parked tried again', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: AppProcess;
  let month: ReturnType<typeof monthFixture>;
  let anna: string;
  let ben: string;
  const msps: Record<string, string> = {};

  const call = async (method: string, path: string, body?: object, token = anna, withKey?: string) => {
    const response = await askUntilAnswered(
      (key) =>
        fetch(api.url + path, {
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      withKey,
    );
    const json: ReturnType<typeof JSON.parse> = await response.json();
    return { status: response.status, headers: response.headers, json };
  };
  const openCases = async (query: string) => (await call('GET', `/v1/cases?state=open&limit=200&${query}`)).json.items;
  const filter = { programme: 'msp', period: '2026-03', kind: 'report_mismatch' };
  const told = (items: Outcome[]) => items.map(({ outcome, error }) => error?.code ?? outcome);

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme({
      firstPeriod: '2026-03',
      settings: { discrepancies: { firstStatementOver: { EUR: '400' } } },
    });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    for (const [name, peak] of [
      ['Alpha', 10],
      ['Beta', 20],
      ['Gamma', 30],
      ['Delta', 40],
      ['Epsilon', 50],
      ['Large', 500],
    ] as const) {
      const mspId = await month.msp({ name: `MSP ${name}`, distributorId });
      msps[name] = mspId;
      const site = await month.site({ mspId, name: 'site' });
      await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak }] });
      await month.checkIn(site, { at: '2026-03-15T10:00:00Z', tenant: 'main', meter: MAILBOX, count: peak + 20 });
    }
    for (const name of ['Unpriced One', 'Unpriced Two']) {
      const mspId = await month.msp({ name: `MSP ${name}`, distributorId });
      const site = await month.site({ mspId, name: 'site', product: 'backup' });
      await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: AGENT, peak: 3 }] });
    }
    await app.startWorker();
    api = await app.startApi();
    anna = await admit(database.db, 'vendor', { name: 'Anna', level: 'manager' });
    ben = await admit(database.db, 'vendor', { name: 'Ben', level: 'administrator' });
    const opener = await admit(database.db, 'vendor', { name: 'Opener' });
    const waits = { collectUntil: '2026-04-04T00:00:00Z', reviewUntil: '2099-01-01T00:00:00Z' };
    await call('POST', '/v1/programmes/msp/runs', { period: '2026-03', ...waits }, opener);
    await eventually(
      async () => (await openCases('kind=report_mismatch')).length as number,
      (found) => found === 6,
    );
  }, 180_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('counts what a filter finds against what the decider has seen, and decides nothing where they differ', async () => {
    const body = { filter, expected: 5, decision: 'accept_observed', reason: 'Seen' };
    const { status, json } = await call('POST', '/v1/cases/decisions', body);
    expect([status, json.code, json.errors[0].field]).toEqual([409, 'STATE_CONFLICT', '/expected']);
    for (const [wrong, field] of [
      [{ ...body, caseIds: [msps.Alpha] }, '/caseIds'],
      [{ decision: 'accept_observed', reason: 'Seen' }, '/caseIds'],
      [{ ...body, expected: undefined }, '/expected'],
      [{ ...body, decision: 'set_quantity' }, '/quantity'],
      [{ ...body, reason: undefined }, '/reason'],
    ] as const) {
      expect((await call('POST', '/v1/cases/decisions', wrong)).json.errors[0].field).toBe(field);
    }
    expect(await openCases('kind=report_mismatch')).toHaveLength(6);
  });

  it('tells of each case named what became of it; those that are refused hold up none of the others', async () => {
    const cases: { id: string; mspName: string }[] = await openCases('kind=report_mismatch');
    const caseOf = (name: string) => cases.find(({ mspName }) => mspName === `MSP ${name}`)?.id ?? '';
    await call('POST', `/v1/cases/${caseOf('Beta')}/decision`, { decision: 'accept_reported' }, ben);
    const unknown = '6b1f0d3e-5a57-4c43-9d3a-0a8f4f3c2b11';
    const body = {
      caseIds: [caseOf('Alpha'), unknown, caseOf('Beta')],
      ...{ decision: 'set_quantity', quantity: 12, reason: 'Agreed by telephone' },
    };
    const first = await call('POST', '/v1/cases/decisions', body, anna, 'some');
    expect([first.status, told(first.json.items)]).toEqual([200, ['done', 'NOT_FOUND', 'ALREADY_DECIDED']]);
    expect([first.json.done, first.json.refused, first.json.pending]).toEqual([1, 2, 0]);
    const again = await call('POST', '/v1/cases/decisions', body, anna, 'some');
    expect([again.json, again.headers.get('idempotency-replayed')]).toEqual([first.json, 'true']);
    const alpha = (await call('GET', `/v1/cases/${caseOf('Alpha')}`)).json;
    expect(alpha).toMatchObject({
      decision: 'set_quantity',
      quantity: 12,
      reason: body.reason,
      author: { name: 'Anna' },
    });
    expect((await call('GET', `/v1/cases/${caseOf('Beta')}`)).json).toMatchObject({ author: { name: 'Ben' } });
    const wrongKind = { caseIds: [caseOf('Gamma')], decision: 'confirm', reason: 'Seen' };
    const refused = await call('POST', '/v1/cases/decisions', wrongKind);
    expect(refused.json.items[0].error).toMatchObject({
      code: 'DECISION_NOT_ALLOWED',
      errors: [{ field: '/decision' }],
    });
  });

  it('decides all that are left of a kind by one request, with a line in the audit trail for each', async () => {
    const left: { id: string }[] = await openCases('kind=report_mismatch');
    const body = { filter, expected: 4, decision: 'accept_observed', reason: 'The sites were asked' };
    // Two people at once: each case is decided by one of them.
    const [one, two] = await Promise.all([
      call('POST', '/v1/cases/decisions', body, anna),
      call('POST', '/v1/cases/decisions', { ...body, decision: 'accept_reported' }, ben),
    ]);
    const outcomes = [one, two].flatMap(({ json }) => (json.items ?? []) as Outcome[]);
    expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(4);
    const others = outcomes.filter(({ outcome }) => outcome !== 'done').map(({ error }) => error?.code);
    expect(others.every((code) => code === 'ALREADY_DECIDED')).toBe(true);
    expect(await openCases('kind=report_mismatch')).toEqual([]);
    for (const { id } of left) {
      const trail = await call('GET', `/v1/audit?subject=case:${id}`, undefined, ben);
      expect(trail.json.items).toMatchObject([{ action: 'case.decided', reason: body.reason }]);
    }
    // Whoever decided of the largest, the other one is the second person below.
    const [large] = (await call('GET', `/v1/cases?kind=report_mismatch&mspId=${msps.Large}`)).json.items;
    if (large.author.name === 'Ben') [anna, ben] = [ben, anna];
  });

  it('a total is confirmed among many by a second person alone', async () => {
    await call('POST', `${RUN}/end-review`, undefined);
    const parked = await eventually(
      async () => (await call('GET', `${RUN}/parked`)).json.items ?? [],
      (found: { code: string }[]) => found.length === 3,
    );
    expect(parked.map(({ code }: { code: string }) => code).sort()).toEqual([
      'PRICE_MISSING',
      'PRICE_MISSING',
      'total_moved',
    ]);
    // Each code by itself; a case that waits for its decision is not tried.
    for (const [code, msps] of [
      ['PRICE_MISSING', 2],
      ['total_moved', 1],
    ] as const) {
      const { json } = await call('POST', `${RUN}/parked/retry`, { code }, ben);
      expect([json.items.length, json.refused]).toEqual([msps, msps]);
    }
    const body = {
      filter: { programme: 'msp', period: '2026-03', kind: 'total_moved' },
      ...{ expected: 1, decision: 'confirm', reason: 'As the MSP said' },
    };
    const first = await call('POST', '/v1/cases/decisions', body, anna);
    expect([first.status, told(first.json.items)]).toEqual([200, ['FOUR_EYES_REQUIRED']]);
    const second = await call('POST', '/v1/cases/decisions', body, ben);
    expect(second.json.items).toMatchObject([{ outcome: 'done', statementNumber: 'MSP-DE-2026-000006' }]);
  });

  it('all that are parked for want of a price are tried again at once, and are issued once it is there', async () => {
    const retry = (key?: string) => call('POST', `${RUN}/parked/retry`, { code: 'PRICE_MISSING' }, ben, key);
    const one = await call('POST', `${RUN}/parked/retry`, { code: 'PRICE_MISSING', limit: 1 }, ben);
    const after1 = { code: 'PRICE_MISSING', limit: 1, after: one.json.next as string };
    const other = await call('POST', `${RUN}/parked/retry`, after1, ben);
    expect([one.json.items.length, other.json.items.length, other.json.next]).toEqual([1, 1, null]);
    expect(one.json.items[0].mspId).not.toBe(other.json.items[0].mspId);
    const wrong = await call('POST', `${RUN}/parked/retry`, { code: 'PRICE_MISSING', after: 'x' }, ben);
    expect([wrong.status, wrong.json.errors[0].field]).toEqual([422, '/after']);
    const before = await retry();
    expect([before.status, before.json.refused, told(before.json.items)]).toEqual([200, 2, ['refused', 'refused']]);
    const prices = {
      [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' },
      [AGENT]: { model: 'per_unit', unitPrice: '5.00' },
    };
    const terms = { currency: 'EUR', fromPeriod: '2026-03', firstMonth: 'billed', prices };
    const plan = { programme: 'msp', name: 'With agents', ...terms };
    const added = await call('POST', '/v1/price-plans', plan, ben);
    expect([added.status, added.json.errors]).toEqual([201, undefined]);
    const after = await retry('once');
    expect([after.status, after.json.done, after.json.next]).toEqual([200, 2, null]);
    expect(after.json.items.map(({ statementNumber }: Outcome) => statementNumber).sort()).toEqual([
      'MSP-DE-2026-000007',
      'MSP-DE-2026-000008',
    ]);
    expect((await retry('once')).json).toEqual(after.json);
    expect((await retry()).json).toMatchObject({ done: 0, refused: 0, items: [] });
    expect((await call('GET', RUN)).json.participants).toEqual({ open: 0, parked: 0, issued: 8 });
    const unknown = await call('POST', `${RUN.replace('2026-03', '2025-01')}/parked/retry`, { code: 'X' }, ben);
    expect(unknown.status).toBe(404);
  });
});
