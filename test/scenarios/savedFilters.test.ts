import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { View } from '../../domain/access/views.js';
import type { TokenSpec } from '../support/access.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/** March 2026 in review: two cases of MSP Alpha, of the tenants north and south, and one of MSP Beta. */
describe('work lists', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let alpha: string;
  const tokens: Record<string, string> = {};
  const ids: Record<string, string> = {};
  const cases: Record<string, string> = {};

  const call = (method: string, path: string, who: string, body?: object) =>
    api.call(method, path, { token: tokens[who] ?? '', ...(body === undefined ? {} : { body }) });
  const save = (who: string, name: string, query: object, more: object = {}) =>
    call('POST', '/v1/case-filters', who, { name, query, ...more });
  const names = async (who: string) => {
    const { status, json } = await call('GET', '/v1/case-filters', who);
    return status === 200 ? json.items.map(({ name }: { name: string }) => name) : status;
  };
  const found = async (who: string, path: string) => {
    const { status, json } = await call('GET', path, who);
    return status === 200 ? json.items.map(({ id }: { id: string }) => id).sort() : [status, json.errors?.[0]?.field];
  };
  const sorted = (...refs: string[]) => refs.map((ref) => cases[ref]).sort();

  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId });
    const beta = await month.msp({ name: 'MSP Beta', distributorId });
    for (const [mspId, ref] of [
      [alpha, 'north'],
      [alpha, 'south'],
      [beta, 'b'],
    ] as const) {
      const site = await month.site({ mspId, name: `Server ${ref}`, tenants: [ref] });
      await month.report(site, { period: '2026-03', lines: [{ tenant: ref, meter: MAILBOX, peak: 10 }] });
      await month.checkIn(site, { at: '2026-03-15T10:00:00Z', tenant: ref, meter: MAILBOX, count: 30 });
    }
    await month.openAndReconcile('2026-03');
    await month.run(`update run_shard set review_until = '2099-01-01' where period = '2026-03' returning 1`);
    const rows = await month.run<{ id: string; ref: string; tenantId: string }>(
      `select id, tenant_ref as ref, tenant_id as "tenantId" from discrepancy where state = 'open'`,
    );
    for (const { ref, id } of rows) cases[ref] = id;
    expect(Object.keys(cases)).toHaveLength(3);
    const north = rows.find(({ ref }) => ref === 'north')?.tenantId ?? '';
    const people: Record<string, [View, TokenSpec]> = {
      anna: ['vendor', { name: 'Anna', level: 'operator' }],
      ben: ['vendor', { name: 'Ben', level: 'reader' }],
      machine: ['vendor', { kind: 'service_account' }],
      mario: ['service_provider', { name: 'Mario', companyId: alpha }],
      maria: ['service_provider', { name: 'Maria', companyId: alpha, level: 'reader' }],
      expert: ['service_provider', { name: 'Expert', companyId: alpha, tenantIds: [north] }],
      beta: ['service_provider', { name: 'Bert', companyId: beta }],
      distributor: ['distributor', { name: 'Dora', companyId: distributorId }],
    };
    for (const [who, [view, spec]] of Object.entries(people)) {
      tokens[who] = await api.token(view, spec);
      if (spec.kind === undefined) ids[who] = (await call('GET', '/v1/me', who)).json.id;
    }
  }, 120_000);
  afterAll(() => api.close());

  it('are kept under a name, found by it, renamed and removed, each person’s own', async () => {
    const made = await save('anna', 'Alpha’s own', { mspId: alpha, state: 'open' });
    expect(made.json).toMatchObject({ shared: false, owner: { name: 'Anna' }, query: { mspId: alpha, state: 'open' } });
    const path = `/v1/case-filters/${made.json.id}`;
    expect(await found('anna', `/v1/cases?filter=${made.json.id}`)).toEqual(sorted('north', 'south'));
    // What is given beside it takes the place of what it says.
    expect(await found('anna', `/v1/cases?filter=${made.json.id}&state=settled`)).toEqual([]);
    expect((await save('anna', 'ALPHA’S OWN', {})).json.errors[0].field).toBe('/name');
    expect([await names('ben'), await found('ben', `/v1/cases?filter=${made.json.id}`)]).toEqual([[], [404, 'filter']]);
    for (const method of ['PATCH', 'DELETE']) {
      expect((await call(method, path, 'ben', method === 'PATCH' ? { name: 'Mine' } : undefined)).status).toBe(404);
    }
    expect((await call('PATCH', path, 'anna', { name: 'Alpha' })).json).toMatchObject({
      ...{ name: 'Alpha', query: { mspId: alpha, state: 'open' } },
    });
    await save('anna', 'Everything', {});
    expect((await call('PATCH', path, 'anna', { name: 'everything' })).json.code).toBe('NAME_TAKEN');
    expect(await names('anna')).toEqual(['Everything', 'Alpha']);
    expect((await call('DELETE', path, 'anna')).status).toBe(204);
    expect((await call('DELETE', path, 'anna')).status).toBe(404);
    expect(await found('anna', `/v1/cases?filter=${made.json.id}`)).toEqual([404, 'filter']);
  });

  it('are shared with the own company, and mean each reader by "me"', async () => {
    await call('PUT', `/v1/cases/${cases.north}/owner`, 'anna', { personId: ids.anna });
    const { json } = await save('anna', 'Mine', { owner: 'me' }, { shared: true });
    expect(await found('anna', `/v1/cases?filter=${json.id}`)).toEqual(sorted('north'));
    expect(await names('ben')).toEqual(['Mine']);
    expect(await found('ben', `/v1/cases?filter=${json.id}`)).toEqual([]);
    expect((await call('PATCH', `/v1/case-filters/${json.id}`, 'ben', { name: 'x' })).status).toBe(403);
    expect((await call('DELETE', `/v1/case-filters/${json.id}`, 'ben')).status).toBe(403);
    for (const who of ['mario', 'expert', 'beta']) {
      expect([who, await names(who)]).toEqual([who, []]);
      expect((await call('DELETE', `/v1/case-filters/${json.id}`, who)).status).toBe(404);
    }
    await call('PATCH', `/v1/case-filters/${json.id}`, 'anna', { shared: false });
    expect(await names('ben')).toEqual([]);
  });

  it('hold what the list takes, and nothing else', async () => {
    for (const [who, query, field] of [
      ['anna', { state: 'opened' }, '/query/state'],
      ['anna', { limit: '3' }, '/query/limit'],
      ['anna', { filter: randomUUID() }, '/query/filter'],
      ['anna', { period: '2026-13' }, '/query/period'],
      ['mario', { owner: 'me' }, '/query/owner'],
    ] as const) {
      const { status, json } = await save(who, 'Wrong', query);
      expect([status, json.errors[0].field]).toEqual([422, field]);
    }
    expect((await save('anna', 'a\u0007b', {})).json.errors[0].field).toBe('/name');
    expect((await save('machine', 'Machine', {})).status).toBe(403);
    expect(await names('distributor')).toBe(403);
    const filters = Array.from({ length: 100 }, (_, n) => save('ben', `Filter ${n}`, {}));
    await Promise.all(filters);
    expect((await save('ben', 'One more', {})).json.code).toBe('STATE_CONFLICT');
  });

  it('of an MSP are about what was handed to it; those of members limited to tenants are among them', async () => {
    for (const ref of ['north', 'south']) {
      await call('POST', `/v1/cases/${cases[ref]}/hand-over`, 'anna', { to: 'msp', note: 'Who is right?' });
    }
    const { json } = await save('mario', 'With us', { holder: 'msp' }, { shared: true });
    expect(await found('maria', `/v1/desk/cases?filter=${json.id}`)).toEqual(sorted('north', 'south'));
    expect([await names('maria'), await names('expert')]).toEqual([['With us'], []]);
    expect(await found('expert', `/v1/desk/cases?filter=${json.id}`)).toEqual([404, 'filter']);
  });

  it('are told in numbers', async () => {
    const { json } = await call('GET', '/v1/work-list', 'anna');
    expect(json).toMatchObject({
      open: 3,
      byKind: [{ kind: 'report_mismatch', open: 3 }],
      byHolder: [
        { holder: 'msp', open: 2 },
        { holder: 'partner_team', open: 1 },
      ],
      byOwner: { mine: 1, others: 0, unowned: 2 },
      soonest: { until: '2099-01-01T00:00:00.000Z' },
    });
    expect(Object.values(cases)).toContain(json.oldest.id);
    expect((await call('GET', '/v1/work-list', 'ben')).json.byOwner).toEqual({ mine: 0, others: 1, unowned: 2 });
    expect((await call('GET', '/v1/work-list?programme=nowhere', 'anna')).status).toBe(404);
    await month.run('update membership set until_at = now() where person_id = :id returning id', { id: ids.anna });
    expect((await call('GET', '/v1/work-list', 'ben')).json.byOwner).toEqual({ mine: 0, others: 0, unowned: 3 });

    const none = { open: 0, byKind: [], byHolder: [], byOwner: null, oldest: null, soonest: null };
    for (const who of ['beta', 'expert']) expect((await call('GET', '/v1/work-list', who)).json).toEqual(none);
    expect((await call('GET', '/v1/work-list', 'mario')).json).toMatchObject({
      ...{ open: 2, byOwner: null, byHolder: [{ holder: 'msp', open: 2 }] },
      soonest: { until: '2099-01-01T00:00:00.000Z' },
    });
    await call('PUT', `/v1/msps/${alpha}/service-desk`, 'mario', { active: true });
    await call('POST', `/v1/cases/${cases.north}/hand-over`, 'mario', { to: 'customer', note: 'Is it so?' });
    expect((await call('GET', '/v1/work-list', 'mario')).json.open).toBe(1);
    const expert = (await call('GET', '/v1/work-list', 'expert')).json;
    expect([expert.open, expert.oldest.id]).toEqual([1, cases.north]);
    await call('PUT', `/v1/msps/${alpha}/service-desk`, 'mario', { active: false });
    expect((await call('GET', '/v1/work-list', 'expert')).json).toEqual(none);
  });
});
