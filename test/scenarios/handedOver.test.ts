import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { View } from '../../domain/access/views.js';
import { admit, type TokenSpec } from '../support/access.js';
import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { eventually } from '../support/programme.js';

const MAILBOX = 'mail-server.mailbox';

type Who = 'anna' | 'mario' | 'maria' | 'cora' | 'expert' | 'firm' | 'south' | 'beta' | 'distributor';

/**
 * March 2026 in review. Two customers of MSP Alpha, north and south, and one of MSP Beta have reported less than was seen of them.
 * North is a company of its own, has a system integrator, and a contact of its own among the members of MSP Alpha.
 */
describe('a case that is handed over between partner team, MSP and customer', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: AppProcess;
  let month: ReturnType<typeof monthFixture>;
  const msps: Record<string, string> = {};
  const cases: Record<string, string> = {};
  const tokens = {} as Record<Who, string>;

  const call = async (method: string, path: string, who: Who, body?: object, key?: string) => {
    const response = await fetch(api.url + path, {
      method,
      headers: {
        authorization: `Bearer ${tokens[who]}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as ReturnType<typeof JSON.parse> };
  };
  const hand = (who: Who, of: string, to: string, note: string, more: object = {}, key?: string) =>
    call('POST', `/v1/cases/${cases[of]}/hand-over`, who, { to, note, ...more }, key);
  const seen = async (who: Who, query = '') => {
    const { status, json } = await call('GET', `/v1/desk/cases${query}`, who);
    if (status !== 200) return status;
    return json.items.map((one: { tenantRef: string; holder: string }) => `${one.tenantRef}: ${one.holder}`);
  };
  const statusOf = async (who: Who, of: string) => (await call('GET', `/v1/desk/cases/${cases[of]}`, who)).status;
  const notes = async (who: Who, of: string) =>
    (await call('GET', `/v1/cases/${cases[of]}/hand-overs`, who)).json.items.map(
      (one: { note: string; by: { name: string } | null }) => `${one.by?.name ?? 'partner team'}: ${one.note}`,
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme({ firstPeriod: '2026-03' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    for (const [name, refs] of [
      ['Alpha', ['north', 'south']],
      ['Beta', ['b']],
    ] as const) {
      const mspId = await month.msp({ name: `MSP ${name}`, distributorId });
      msps[name] = mspId;
      for (const ref of refs) {
        const site = await month.site({ mspId, name: `Server ${ref}`, tenants: [ref] });
        await month.report(site, { period: '2026-03', lines: [{ tenant: ref, meter: MAILBOX, peak: 10 }] });
        await month.checkIn(site, { at: '2026-03-15T10:00:00Z', tenant: ref, meter: MAILBOX, count: 30 });
      }
    }
    const tenants = await month.run<{ ref: string; id: string }>('select ref, id from tenant');
    const tenant = (ref: string) => tenants.find((one) => one.ref === ref)?.id ?? '';
    const customer = await month.company('customer');
    const integrator = await month.company('system_integrator');
    await month.run('update tenant set customer_id = :customer where id = :id', { customer, id: tenant('north') });
    await month.run(
      `insert into mandate (id, integrator_id, customer_id, from_at, asked_at, asked_by, consented_at, consented_by)
       values (gen_random_uuid(), :integrator, :customer, now() - interval '1 day', now(), '{}', now(), '{}')`,
      { integrator, customer },
    );
    const people: Record<Who, [View, TokenSpec]> = {
      anna: ['vendor', { name: 'Anna', level: 'operator' }],
      mario: ['service_provider', { name: 'Mario', companyId: msps.Alpha ?? '' }],
      maria: ['service_provider', { name: 'Maria', companyId: msps.Alpha ?? '', level: 'operator' }],
      cora: ['customer', { name: 'Cora', companyId: customer, level: 'operator' }],
      expert: ['service_provider', { name: 'Expert', companyId: msps.Alpha ?? '', tenantIds: [tenant('north')] }],
      south: ['service_provider', { name: 'Sue', companyId: msps.Alpha ?? '', tenantIds: [tenant('south')] }],
      firm: ['system_integrator', { name: 'Firm', companyId: integrator }],
      beta: ['service_provider', { name: 'Bert', companyId: msps.Beta ?? '' }],
      distributor: ['distributor', { name: 'Dora', companyId: distributorId }],
    };
    for (const [who, [view, spec]] of Object.entries(people)) tokens[who as Who] = await admit(database.db, view, spec);
    await app.startWorker();
    api = await app.startApi();
    const opener = await admit(database.db, 'vendor', { name: 'Opener' });
    await fetch(`${api.url}/v1/programmes/msp/runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${opener}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        period: '2026-03',
        collectUntil: '2026-04-04T00:00:00Z',
        reviewUntil: '2099-01-01T00:00:00Z',
      }),
    });
    const found = await eventually<{ id: string; tenantRef: string }[]>(
      async () => (await call('GET', '/v1/cases?kind=report_mismatch', 'anna')).json.items,
      (items) => items.length === 3,
    );
    for (const { id, tenantRef } of found) cases[tenantRef] = id;
  }, 180_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('is nobody’s but the partner team’s before', async () => {
    for (const who of ['mario', 'cora', 'expert', 'firm', 'beta'] as const) {
      expect([who, await seen(who), await statusOf(who, 'north')]).toEqual([who, [], 404]);
      expect((await hand(who, 'north', 'msp', 'Give it to me')).status).toBe(404);
    }
    expect([await seen('distributor'), await statusOf('distributor', 'north')]).toEqual([403, 403]);
    expect((await call('GET', `/v1/cases/${cases.north}`, 'anna')).json).toMatchObject({
      ...{ holder: 'partner_team', heldSince: null, proposal: null },
    });
  });

  it('goes to its MSP with a note, which sees its evidence and until when an answer counts', async () => {
    const first = await hand('anna', 'north', 'msp', 'Who is right?', {}, 'n1');
    expect([first.status, first.json.holder, first.json.answerUntil]).toEqual([201, 'msp', '2099-01-01T00:00:00.000Z']);
    expect((await hand('anna', 'north', 'msp', 'Who is right?', {}, 'n1')).json).toEqual(first.json);
    const again = await hand('anna', 'north', 'msp', 'Once more');
    expect([again.json.code, again.json.errors[0].field]).toEqual(['STATE_CONFLICT', '/to']);
    const { json } = await call('GET', `/v1/desk/cases/${cases.north}`, 'mario');
    expect(json).toMatchObject({
      ...{ mspName: 'MSP Alpha', siteName: 'Server north', state: 'open', holder: 'msp', answerCounts: true },
      evidence: { reported: 10, observed: 30 },
    });
    expect(await seen('mario')).toEqual(['north: msp']);
    expect(await notes('mario', 'north')).toEqual(['partner team: Who is right?']);
    expect(await notes('anna', 'north')).toEqual(['Anna: Who is right?']);
    for (const who of ['cora', 'expert', 'firm', 'beta', 'south'] as const) {
      expect([who, await seen(who), await statusOf(who, 'north')]).toEqual([who, [], 404]);
      expect((await call('GET', `/v1/cases/${cases.north}/hand-overs`, who)).status).toBe(404);
    }
    expect((await call('GET', `/v1/cases?holder=msp`, 'anna')).json.items).toHaveLength(1);
  });

  it('goes on to no customer before an administrator of the MSP lets customers take part', async () => {
    const off = await hand('mario', 'north', 'customer', 'Is it so?');
    expect([off.status, off.json.detail]).toEqual([409, expect.stringContaining('administrator of the MSP')]);
    const path = `/v1/msps/${msps.Alpha}/service-desk`;
    expect((await call('GET', path, 'mario')).json).toEqual({ active: false });
    for (const [who, status] of [
      ['maria', 403],
      ['expert', 403],
      ['anna', 403],
      ['cora', 403],
      ['beta', 404],
    ] as const) {
      expect([who, (await call('PUT', path, who, { active: true })).status]).toEqual([who, status]);
    }
    expect((await call('PUT', path, 'mario', { active: true })).json).toEqual({ active: true });
    // Nothing was handed to them yet.
    for (const who of ['cora', 'expert', 'firm'] as const) expect([who, await seen(who)]).toEqual([who, []]);
  });

  it('goes on to the customer of its tenant, all who see that tenant, and nobody who sees another one', async () => {
    expect((await hand('mario', 'north', 'customer', 'Is it so?')).json.holder).toBe('customer');
    for (const who of ['cora', 'expert', 'firm'] as const) {
      expect([who, await seen(who), await statusOf(who, 'north')]).toEqual([who, ['north: customer'], 200]);
      // What was said between the partner team and the MSP is theirs.
      expect(await notes(who, 'north')).toEqual(['Mario: Is it so?']);
    }
    for (const who of ['south', 'beta'] as const)
      expect([await seen(who), await statusOf(who, 'north')]).toEqual([[], 404]);
    const { json } = await call('GET', '/v1/audit?action=case.handedOver', 'anna');
    expect(json.code).toBe('FORBIDDEN');
    // A case of no customer, or of one that nobody acts for, has nobody to go to.
    await hand('anna', 'b', 'msp', 'Who is right?');
    await call('PUT', `/v1/msps/${msps.Beta}/service-desk`, 'beta', { active: true });
    expect((await hand('beta', 'b', 'customer', 'Is it so?')).json.detail).toContain('Nobody sees this tenant');
  });

  it('is answered by the customer, then by the MSP, with what they would decide; the partner team decides', async () => {
    const proposal = { decision: 'set_quantity', quantity: 20 };
    const early = await hand('mario', 'north', 'partner_team', 'Never mind', { proposal });
    expect([early.json.code, early.json.errors[0].field]).toEqual(['STATE_CONFLICT', '/to']);
    for (const [wrong, field] of [
      [{ proposal: { decision: 'set_quantity' } }, '/proposal/quantity'],
      [{ proposal: { decision: 'confirm' } }, '/proposal/decision'],
      [{ proposal: { decision: 'waive', quantity: 3 } }, '/proposal/quantity'],
    ] as const) {
      expect((await hand('cora', 'north', 'msp', 'So it is', wrong)).json.errors[0].field).toBe(field);
    }
    for (const note of ['', ' \n ', 'a\u0007b', 'a\u202Eb', 'x'.repeat(2001)]) {
      expect((await hand('cora', 'north', 'msp', note)).json.errors[0].field).toBe('/note');
    }
    expect([400, 422]).toContain((await hand('cora', 'north', 'msp', 'a\u0000b')).status);
    expect((await hand('cora', 'north', 'msp', 'Ten are test mailboxes', { proposal })).json.holder).toBe('msp');
    expect((await hand('cora', 'north', 'msp', 'And more')).json.code).toBe('STATE_CONFLICT');
    // The partner team sees it at once; to decide is the partner team's.
    expect((await call('GET', `/v1/cases/${cases.north}`, 'anna')).json).toMatchObject({
      ...{ holder: 'msp', state: 'open', proposal: { ...proposal, side: 'customer', by: { name: 'Cora' } } },
    });
    expect((await call('POST', `/v1/cases/${cases.north}/decision`, 'mario', proposal)).status).toBe(403);

    const both = await Promise.all([
      hand('mario', 'north', 'partner_team', 'Ten are test mailboxes: 20', { proposal }),
      hand('maria', 'north', 'partner_team', 'As reported', { proposal: { decision: 'accept_reported' } }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const given = both[0].status === 201 ? proposal : { decision: 'accept_reported', quantity: null };
    const found = (await call('GET', `/v1/cases/${cases.north}`, 'anna')).json;
    expect(found).toMatchObject({ holder: 'partner_team', state: 'open', proposal: { ...given, side: 'msp' } });
    // To the customer it is with its MSP.
    expect(await seen('cora')).toEqual(['north: msp']);
    expect(await notes('cora', 'north')).toEqual(['Cora: Ten are test mailboxes', 'Mario: Is it so?']);
    expect(await notes('mario', 'north')).toHaveLength(4);

    const decision = { ...proposal, reason: 'As the MSP says' };
    expect((await call('POST', `/v1/cases/${cases.north}/decision`, 'anna', decision)).status).toBe(200);
    const decided = (await call('GET', `/v1/desk/cases/${cases.north}`, 'cora')).json;
    expect(decided).toMatchObject({ state: 'settled', decision: 'set_quantity', quantity: 20, answerCounts: false });
  });

  it('is handed to nobody once it is decided', async () => {
    for (const [who, to] of [
      ['anna', 'msp'],
      ['mario', 'customer'],
      ['cora', 'msp'],
    ] as const) {
      expect((await hand(who, 'north', to, 'But look')).json.code).toBe('ALREADY_DECIDED');
    }
  });

  it('is taken back by whoever handed it over', async () => {
    await hand('anna', 'south', 'msp', 'Who is right?');
    await hand('mario', 'south', 'customer', 'Is it so?');
    expect(await seen('south')).toEqual(['south: customer']);
    expect((await hand('maria', 'south', 'msp', 'Found it')).json.holder).toBe('msp');
    expect((await hand('south', 'south', 'msp', 'Late')).json.code).toBe('STATE_CONFLICT');
    await hand('mario', 'south', 'customer', 'Yet again');
    expect((await hand('anna', 'south', 'partner_team', 'No longer needed')).json.holder).toBe('partner_team');
    await hand('anna', 'south', 'msp', 'Needed after all');
    await hand('mario', 'south', 'customer', 'Please');
  });

  it('is gone for customers and experts with the next request once the MSP switches that off, and is there for the MSP', async () => {
    const path = `/v1/msps/${msps.Alpha}/service-desk`;
    expect((await call('PUT', path, 'mario', { active: false })).json).toEqual({ active: false });
    for (const [who, of] of [
      ['cora', 'north'],
      ['expert', 'north'],
      ['firm', 'north'],
      ['south', 'south'],
    ] as const) {
      expect([who, await seen(who), await statusOf(who, of)]).toEqual([who, [], 404]);
      expect((await hand(who, of, 'msp', 'Here')).status).toBe(404);
      expect((await call('GET', `/v1/cases/${cases[of]}/hand-overs`, who)).status).toBe(404);
    }
    expect(await seen('mario', '?holder=customer')).toEqual(['south: customer']);
    expect((await hand('mario', 'south', 'msp', 'Back')).status).toBe(201);
    await call('PUT', path, 'mario', { active: true });
    expect(await seen('cora')).toEqual(['north: msp']);
  });

  it('moves no deadline: what comes after the review is refused', async () => {
    await month.run(
      `update run_shard set review_until = now() - interval '1 minute' where period = '2026-03' returning 1`,
    );
    const { json } = await call('GET', `/v1/desk/cases/${cases.south}`, 'mario');
    expect([json.state, json.answerCounts]).toEqual(['open', false]);
    const late = await hand('mario', 'south', 'partner_team', 'As reported', {
      proposal: { decision: 'accept_reported' },
    });
    expect([late.status, late.json.code]).toEqual([409, 'REVIEW_ENDED']);
  });

  it('of somebody else is as one that is not there', async () => {
    cases.nowhere = randomUUID();
    for (const who of ['mario', 'cora', 'beta'] as const) {
      const of = who === 'beta' ? 'north' : 'b';
      expect([await statusOf(who, of), await statusOf(who, 'nowhere')]).toEqual([404, 404]);
      const [foreign, unknown] = [await hand(who, of, 'msp', 'x'), await hand(who, 'nowhere', 'msp', 'x')];
      expect([foreign.status, foreign.json.detail]).toEqual([unknown.status, unknown.json.detail]);
    }
    expect((await hand('anna', 'nowhere', 'msp', 'x')).status).toBe(404);
  });
});
