import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endParticipations } from '../../activities/endParticipations.js';
import { ALL } from '../../db/connect.js';
import { lockParticipation } from '../../db/programmes/participationStore.js';
import { liftContact } from '../../db/sites/contact.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('rule 20: a participation', () => {
  let api: TestApi;
  let token: string;
  let italy: string;
  let poland: string;
  let month: ReturnType<typeof monthFixture>;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor', { name: 'Partner One' });
    month = monthFixture(api.database.db);
    italy = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    await month.programme({ code: 'other' });
    for (const period of ['2026-01', '2026-02']) {
      await month.run(
        `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
         values ('msp', :period, 'sealed', now(), '{"kind": "kontor", "id": "kontor", "name": "test"}', '{}')`,
        { period },
      );
    }
  });
  afterAll(() => api.close());

  const path = (mspId: string, programme = 'msp') => `/v1/programmes/${programme}/participations/${mspId}`;
  const post = (target: string, body: object) => api.call('POST', target, { token, body });
  const get = (target: string, as = token) => api.call('GET', target, { token: as });
  const keyOf = async (siteId: string) =>
    (
      await api.database.asOwner<{ state: string; at: Date | null }>(
        'select state, ended_at as at from metered_key where site_id = $1',
        [siteId],
      )
    )[0];
  /** A key for all sites of a tenant. */
  const tenantKey = async (mspId: string) => {
    const { json: tenant } = await post(`/v1/msps/${mspId}/tenants`, { ref: 'customer', name: 'Customer' });
    const { json } = await post(`/v1/msps/${mspId}/tenants/${tenant.id}/keys`, {
      programme: 'msp',
      product: 'mail-server',
    });
    return async () =>
      (await api.database.asOwner<{ state: string }>('select state from metered_key where id = $1', [json.keyId]))[0]
        ?.state;
  };
  const actions = async (mspId: string) =>
    (await get(`/v1/audit?subject=msp:${mspId}`)).json.items.map(({ action }: { action: string }) => action);
  const firstError = ({ status, json }: { status: number; json: { code: string; errors: { field: string }[] } }) => [
    status,
    json.code,
    json.errors[0]?.field,
  ];

  it('is suspended with a reason: its keys stop, in that programme alone, and resume', async () => {
    const mspId = await month.msp({ name: 'MSP Suspended', distributorId: italy });
    await month.participation({ mspId, distributorId: italy, programme: 'other' });
    const here = await month.site({ mspId, name: 'Here' });
    const there = await month.site({ mspId, name: 'There', programme: 'other' });
    const ofTenant = await tenantKey(mspId);
    expect(await ofTenant()).toBe('issued');
    expect(firstError(await post(`${path(mspId)}/suspend`, {}))).toEqual([422, 'VALIDATION_FAILED', '/reason']);
    const suspended = await post(`${path(mspId)}/suspend`, { reason: 'Unpaid' });
    expect([suspended.status, suspended.json]).toEqual([
      200,
      expect.objectContaining({
        state: 'suspended',
        joinedPeriod: '2025-01',
        reason: 'Unpaid',
        decidedBy: expect.objectContaining({ kind: 'person', name: 'Partner One' }),
      }),
    ]);
    expect([(await keyOf(here.siteId))?.state, (await keyOf(there.siteId))?.state]).toEqual(['disabled', 'active']);
    expect(await ofTenant()).toBe('disabled');
    for (const refused of ['keys/rotate', 'keys/additional']) {
      const { status, json } = await post(`/v1/msps/${mspId}/sites/${here.siteId}/${refused}`, {});
      expect([refused, status, json.code]).toEqual([refused, 409, 'STATE_CONFLICT']);
    }
    expect((await post(`/v1/msps/${mspId}/sites/${there.siteId}/keys/additional`, {})).status).toBe(201);
    const ordered = { kind: 'licence', siteId: here.siteId, meter: 'mail-server.mailbox', count: 5, years: 1 };
    expect((await post(`/v1/msps/${mspId}/orders/quote`, { order: ordered })).json.code).toBe('STATE_CONFLICT');
    expect((await post(`${path(mspId)}/suspend`, { reason: 'Again' })).json.code).toBe('STATE_CONFLICT');
    const resumed = await post(`${path(mspId)}/resume`, { reason: 'Paid' });
    expect([resumed.json.state, (await keyOf(here.siteId))?.state]).toEqual(['approved', 'active']);
    expect(await ofTenant()).toBe('issued');
    expect((await get(path(mspId, 'other'))).json.state).toBe('approved');
    expect(await actions(mspId)).toEqual(['participation.resumed', 'participation.suspended']);
  });

  it('that is suspended is known since when and until when, each time', async () => {
    const mspId = await month.msp({ name: 'MSP Twice', distributorId: italy });
    await month.participation({ mspId, distributorId: italy, programme: 'other' });
    const suspensions = () =>
      api.database.asOwner<{ programme: string; lasts: boolean }>(
        `select programme_code as programme, until_at is null as lasts from suspension where msp_id = $1 order by from_at`,
        [mspId],
      );
    for (const change of ['suspend', 'resume', 'suspend']) await post(`${path(mspId)}/${change}`, { reason: 'x' });
    expect(await suspensions()).toEqual([
      { programme: 'msp', lasts: false },
      { programme: 'msp', lasts: true },
    ]);
  });

  it('that is suspended is not lifted by a check-in', async () => {
    const mspId = await month.msp({ name: 'MSP Silent', distributorId: italy });
    const { siteId } = await month.site({ mspId, name: 'Silent' });
    await post(`${path(mspId)}/suspend`, { reason: 'Unpaid' });
    await api.database.asOwner(`update site set contact = 'disabled' where id = $1`, [siteId]);
    await api.database.db.transaction(ALL, (trx) => liftContact(trx, [siteId]));
    expect((await keyOf(siteId))?.state).toBe('disabled');
    await post(`${path(mspId)}/resume`, { reason: 'Paid' });
    expect((await keyOf(siteId))?.state).toBe('active');
  });

  it('leaves with a last month that was not opened; its keys end with that month, its data stays', async () => {
    const mspId = await month.msp({ name: 'MSP Leaving', distributorId: italy });
    const { siteId } = await month.site({ mspId, name: 'Office' });
    const leave = (lastPeriod: string) => post(`${path(mspId)}/leave`, { lastPeriod, reason: 'Sold' });
    expect(firstError(await leave('2026-02'))).toEqual([409, 'PERIOD_OPENED', '/lastPeriod']);
    expect(firstError(await leave('2024-12'))).toEqual([422, 'VALIDATION_FAILED', '/lastPeriod']);
    const announced = await leave('2099-03');
    expect([announced.json.state, announced.json.leftPeriod]).toEqual(['approved', '2099-03']);
    const end = (now: string) => endParticipations({ db: api.database.db })({ now });
    expect(await end('2099-03-31T21:59:59Z')).toEqual({ left: 0 });
    expect((await keyOf(siteId))?.state).toBe('active');
    // Midnight in Berlin, the MSP's zone.
    expect(await end('2099-03-31T22:00:00Z')).toEqual({ left: 1 });
    expect(await end('2099-04-02T00:00:00Z')).toEqual({ left: 0 });
    expect((await get(path(mspId))).json.state).toBe('left');
    expect(await keyOf(siteId)).toEqual({ state: 'revoked', at: new Date('2099-03-31T22:00:00Z') });
    expect((await get(`/v1/msps/${mspId}`)).json.sites).toBe(1);
    expect((await leave('2099-05')).json.code).toBe('STATE_CONFLICT');
    expect(await actions(mspId)).toEqual(['participation.left', 'participation.lastPeriodSet']);
  });

  it('that leaves with a month that is over has left at once', async () => {
    const mspId = await month.msp({ name: 'MSP Gone', distributorId: italy });
    const { siteId } = await month.site({ mspId, name: 'Gone' });
    const ofTenant = await tenantKey(mspId);
    const left = await post(`${path(mspId)}/leave`, { lastPeriod: '2026-03', reason: 'Sold' });
    expect([left.json.state, left.json.leftPeriod]).toEqual(['left', '2026-03']);
    expect(await ofTenant()).toBe('revoked');
    expect((await post(`/v1/msps/${mspId}/sites/${siteId}/keys/rotate`, {})).json.code).toBe('STATE_CONFLICT');
    expect(await keyOf(siteId)).toEqual({ state: 'revoked', at: new Date('2026-03-31T22:00:00Z') });
  });

  it('tells the second of two who set different distributors, or last months, at once', async () => {
    const mspId = await month.msp({ name: 'MSP Torn', distributorId: italy });
    /** Both have come before either is done: a third holds the participation meanwhile. */
    const atOnce = async (send: () => Promise<{ status: number; json: { code: string } }>[]) => {
      const { sent } = await api.database.db.transaction(ALL, async (trx) => {
        await lockParticipation(trx, 'msp', mspId);
        const both = Promise.all(send());
        await setTimeout(500);
        return { sent: both };
      });
      return (await sent).toSorted((a, b) => a.status - b.status);
    };
    const move = (distributorId: string) =>
      api.call('PUT', `${path(mspId)}/distributor`, {
        ...{ token, body: { fromPeriod: '2099-01', distributorId, reason: 'Moved' } },
      });
    const leave = (lastPeriod: string) => post(`${path(mspId)}/leave`, { lastPeriod, reason: 'Sold' });
    const detailOf = (answer: unknown) =>
      (answer as { json: { errors: { field: string; message: string }[] } }).json.errors;
    const moved = await atOnce(() => [move(italy), move(poland)]);
    const billing = (await get(path(mspId))).json.distributors.at(-1).distributorId;
    expect(moved.map(({ status }) => status)).toEqual([200, 409]);
    expect(JSON.stringify(detailOf(moved[1]))).toContain(billing);
    const left = await atOnce(() => [leave('2099-03'), leave('2099-04')]);
    expect(left.map(({ status }) => status)).toEqual([200, 409]);
    expect(JSON.stringify(detailOf(left[1]))).toContain((await get(path(mspId))).json.leftPeriod);
    const same = await atOnce(() => [leave('2099-05'), leave('2099-05')]);
    expect(same.map(({ status }) => status)).toEqual([200, 200]);
    // Who has seen what stands may set it anew.
    expect((await leave('2099-06')).json.leftPeriod).toBe('2099-06');
  });

  it('moves to another distributor from a month that was not opened', async () => {
    const mspId = await month.msp({ name: 'MSP Moving', distributorId: italy });
    const move = (body: object) =>
      api.call('PUT', `${path(mspId)}/distributor`, {
        token,
        body: { distributorId: poland, reason: 'Moved', ...body },
      });
    expect(firstError(await move({ fromPeriod: '2026-02' }))).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
    const unknown = await move({ fromPeriod: '2026-03', distributorId: randomUUID() });
    expect(firstError(unknown)).toEqual([422, 'VALIDATION_FAILED', '/distributorId']);
    const moved = await move({ fromPeriod: '2026-03' });
    expect([moved.status, moved.json.distributors]).toEqual([
      200,
      [
        { fromPeriod: '2000-01', distributorId: italy },
        { fromPeriod: '2026-03', distributorId: poland },
      ],
    ]);
    expect((await get(path(mspId), await api.token('distributor', { companyId: poland }))).status).toBe(200);
    expect(await actions(mspId)).toEqual(['participation.distributorSet']);
  });

  it('has its months in a zone from a month that none of its programmes has opened', async () => {
    const mspId = await month.msp({ name: 'MSP Zone', distributorId: italy, programme: 'other' });
    const set = (fromPeriod: string) =>
      api.call('PUT', `/v1/msps/${mspId}/zone`, { token, body: { fromPeriod, zone: 'Asia/Tokyo', reason: 'Moved' } });
    expect((await set('2026-02')).json.zones).toEqual([
      { fromPeriod: '2000-01', zone: 'Europe/Berlin' },
      { fromPeriod: '2026-02', zone: 'Asia/Tokyo' },
    ]);
    await month.participation({ mspId, distributorId: italy });
    expect(firstError(await set('2026-02'))).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
    expect((await set('2026-03')).status).toBe(200);
    const unknown = { token, body: { fromPeriod: '2026-03', zone: 'Asia/Tokyo' } };
    expect((await api.call('PUT', `/v1/msps/${randomUUID()}/zone`, unknown)).status).toBe(404);
  });

  it('in another programme is applied for by the MSP itself, once', async () => {
    const mspId = await month.msp({ name: 'MSP Both', distributorId: italy, country: 'IT' });
    const target = '/v1/programmes/other/participations';
    expect(firstError(await post(target, { mspId }))).toEqual([422, 'TERRITORY_NOT_SERVED', '/mspId']);
    const territory = { token, body: { distributorId: poland, opensOn: '2026-01-01' } };
    await api.call('PUT', '/v1/programmes/other/territories/IT', territory);
    const stranger = await api.token('service_provider', {
      companyId: await month.msp({ name: 'Stranger', distributorId: italy }),
    });
    const foreign = await api.call('POST', target, { token: stranger, body: { mspId } });
    expect(firstError(foreign)).toEqual([422, 'VALIDATION_FAILED', '/mspId']);
    const own = await api.token('service_provider', { companyId: mspId, name: 'MSP Both, portal' });
    const applied = await api.call('POST', target, { token: own, body: { mspId } });
    expect([applied.status, applied.json]).toEqual([
      202,
      expect.objectContaining({
        programme: 'other',
        mspId,
        state: 'applied',
        distributorId: poland,
        joinedPeriod: null,
      }),
    ]);
    expect(firstError(await post(target, { mspId }))).toEqual([409, 'STATE_CONFLICT', '/mspId']);
    const seen = (await get(`/v1/msps/${mspId}`, own)).json.participations;
    expect(seen.map((item: { programme: string; state: string }) => [item.programme, item.state])).toEqual([
      ['msp', 'approved'],
      ['other', 'applied'],
    ]);
    const waiting = await get(`/v1/registrations?programme=other&state=applied&mspId=${mspId}`);
    expect(waiting.json.items).toHaveLength(1);
    // To whom it is no concern, it is as if there were no such programme.
    const told = async (programme: string) => {
      const { status, json } = await get(`/v1/programmes/${programme}/participations`, stranger);
      return [status, json.code, json.detail.replace(programme, '')];
    };
    expect(await told('other')).toEqual(await told('nobodys'));
    expect((await told('other'))[0]).toBe(404);
    const [event] = (await get(`/v1/audit?subject=msp:${mspId}`)).json.items;
    expect(event).toMatchObject({ action: 'msp.applied', actor: { kind: 'person', name: 'MSP Both, portal' } });
  });

  it('rule 19: joins with no month that was opened', async () => {
    const territory = { token, body: { distributorId: italy, opensOn: '2026-01-01' } };
    await api.call('PUT', '/v1/programmes/msp/territories/IT', territory);
    const mspId = randomUUID();
    const body = {
      mspId,
      company: { name: 'MSP New', registrationNumber: 'NEW 1', address: ['Via 1'], country: 'IT' },
      contact: { name: 'Contact', email: 'office@new.example' },
      locale: 'it',
      zone: 'Europe/Rome',
    };
    const enter = (programme: string, of: object) =>
      api.call('POST', `/v1/programmes/${programme}/registrations`, { token, body: of });
    expect((await enter('msp', body)).status).toBe(202);
    const elsewhere = await enter('other', body);
    expect(firstError(elsewhere)).toEqual([409, 'ID_REUSED_WITH_OTHER_CONTENT', '/mspId']);
    const nowhere = await enter('none', { ...body, mspId: randomUUID() });
    expect(firstError(nowhere)).toEqual([422, 'VALIDATION_FAILED', '/programme']);
    const decide = (decision: object) => post(`/v1/programmes/msp/registrations/${mspId}/decision`, decision);
    const refused = await decide({ decision: 'approve', joins: '2026-02' });
    expect(firstError(refused)).toEqual([409, 'PERIOD_OPENED', '/joins']);
    const rejected = await decide({ decision: 'reject', reason: 'x', joins: '2026-03' });
    expect(firstError(rejected)).toEqual([422, 'VALIDATION_FAILED', '/joins']);
  });
});
