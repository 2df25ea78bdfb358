import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import { ALL } from '../../db/connect.js';
import { KontorError } from '../../domain/errors.js';
import { createRenderPool } from '../../statements/index.js';
import { issuedStatements, monthFixture } from '../support/month.js';
import { startTestApi, type Answer, type TestApi } from './testApi.js';

let api: TestApi;
let month: ReturnType<typeof monthFixture>;
/** Of the partner team. */
let token: string;
let distributorId: string;

beforeAll(async () => {
  api = await startTestApi();
  month = monthFixture(api.database.db);
  token = await api.token('vendor', { level: 'manager', name: 'Partner One' });
  distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
});
afterAll(() => api.close());

const NEW = {
  ...{ name: 'Bakery Ltd', registrationNumber: 'HRB 4711', address: ['Road 1', '10115 Berlin'], country: 'DE' },
  ...{ locale: 'de', zone: 'Europe/Berlin', views: ['customer'] },
};
const add = (body: object = {}, as = token) =>
  api.call('POST', '/v1/companies', { token: as, body: { ...NEW, ...body } });
const added = async (body: object = {}): Promise<string> => {
  const { status, json } = await add(body);
  expect([status, json.errors]).toEqual([201, undefined]);
  return json.id;
};
const get = (path: string, as = token) => api.call('GET', `/v1/companies${path}`, { token: as });
const patch = (id: string, body: object, as = token) => api.call('PATCH', `/v1/companies/${id}`, { token: as, body });
const put = (path: string, body: object, as = token) => api.call('PUT', `/v1/companies/${path}`, { token: as, body });
const fault = ({ status, json }: Answer) => [status, json.code, json.errors?.[0]?.field];
const idsOf = ({ json }: Answer) => json.items.map(({ id }: { id: string }) => id);

describe('a company', () => {
  it('is kept with its views, and shown', async () => {
    const parentId = await added({ name: 'Holding' });
    const source = `crm:${randomUUID()}`;
    const { status, json } = await add({ views: ['reseller', 'customer', 'reseller'], parentId, source });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      ...{ ...NEW, views: ['customer', 'reseller'], parentId, source },
      ...{ state: 'active', stateReason: null, mergedInto: null, version: 1 },
    });
    expect((await get(`/${json.id}`)).json).toEqual(json);
    const trail = await api.call('GET', `/v1/audit?subject=company:${json.id}`, {
      token: await api.token('vendor'),
    });
    expect(trail.json.items).toMatchObject([{ action: 'company.added', actor: { name: 'Partner One' } }]);
  });

  it('is made once under one id, also by two requests at once, and no other under it', async () => {
    const id = randomUUID();
    const both = await Promise.all([add({ id }), add({ id })]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(both[0].json).toEqual(both[1].json);
    expect((await add({ id: id.toUpperCase() })).json).toEqual(both[0].json);
    for (const other of [{ name: 'Other' }, { views: ['partner'] }, { address: ['Elsewhere'] }]) {
      expect(fault(await add({ id, ...other }))).toEqual([409, 'ID_REUSED_WITH_OTHER_CONTENT', '/id']);
    }
    expect(fault(await add({ id: PARTNER_TEAM }))).toEqual([409, 'ID_REUSED_WITH_OTHER_CONTENT', '/id']);
  });

  it('is refused with the field and what to do instead', async () => {
    const source = `crm:${randomUUID()}`;
    await added({ source });
    const wrong: [object, string, RegExp][] = [
      [{ views: ['service_provider'] }, '/views/0', /POST \/v1\/registrations/],
      [{ views: ['customer', 'distributor'] }, '/views/1', /POST \/v1\/distributors/],
      [{ views: ['vendor'] }, '/views/0', /partner team/],
      [{ views: [] }, '/views', /./],
      [{ parentId: randomUUID() }, '/parentId', /no such company/],
      [{ source: 'CRM 1' }, '/source', /crm:10023/],
      [{ source }, '/source', /Another company/],
      [{ country: 'Germany' }, '/country', /ISO 3166/],
      [{ zone: 'Mars' }, '/zone', /IANA/],
      [{ name: 'Line\nbreak' }, '/name', /U\+000A/],
      [{ state: 'ended' }, '/state', /no such field/],
    ];
    for (const [body, field, message] of wrong) {
      const { status, json } = await add(body);
      const named = json.errors.find((error: { field: string }) => error.field.startsWith(field));
      expect([status >= 400, named?.message]).toEqual([true, expect.stringMatching(message)]);
    }
  });

  it('is listed by name, and found by view, state, parent, source and text', async () => {
    const parentId = await added({ name: 'Zeta Holding', registrationNumber: 'CHE-1.2' });
    const source = `erp:${randomUUID()}`;
    const [first, second] = [
      await added({ name: 'Alpha 100 % Ltd', parentId, views: ['partner'] }),
      await added({ name: 'Beta Ltd', parentId, source, registrationNumber: `PL ${parentId}` }),
    ];
    expect(idsOf(await get(`?parentId=${parentId.toUpperCase()}`))).toEqual([first, second]);
    expect(idsOf(await get(`?parentId=${parentId}&view=partner`))).toEqual([first]);
    expect(idsOf(await get(`?source=${source}`))).toEqual([second]);
    expect(idsOf(await get('?text=che12'))).toEqual([parentId]);
    expect(idsOf(await get(`?text=pl-${parentId.slice(0, 13)}`))).toEqual([second]);
    expect(idsOf(await get('?text=100%20%25%20l'))).toEqual([first]);
    expect(idsOf(await get(`?parentId=${parentId}&state=suspended`))).toEqual([]);
    const page = await get(`?parentId=${parentId}&limit=1`);
    expect(idsOf(await get(`?parentId=${parentId}&limit=1&after=${page.json.next}`))).toEqual([second]);
    expect(fault(await get('?source=nonsense'))).toEqual([422, 'VALIDATION_FAILED', 'source']);
  });
});

describe('a change', () => {
  it('holds from now on, and the history says what, who and why, and is never changed', async () => {
    const id = await added();
    const edited = await patch(id, { version: 1, name: 'Bakery SE', address: ['Road 2'], reason: 'new legal form' });
    expect(edited.json).toMatchObject({ name: 'Bakery SE', address: ['Road 2'], locale: 'de', version: 2 });
    await patch(id, { version: 2, locale: 'en', registrationNumber: 'HRB 9', source: `crm:${id}` });
    const { json } = await get(`/${id}/changes`);
    expect(json.items).toMatchObject([
      {
        before: { locale: 'de', registrationNumber: 'HRB 4711', source: null },
        after: { locale: 'en', registrationNumber: 'HRB 9', source: `crm:${id}` },
        reason: null,
      },
      {
        actor: { kind: 'person', name: 'Partner One' },
        before: { name: 'Bakery Ltd', address: NEW.address },
        after: { name: 'Bakery SE', address: ['Road 2'] },
        reason: 'new legal form',
      },
    ]);
    const page = await get(`/${id}/changes?limit=1`);
    expect(idsOf(await get(`/${id}/changes?limit=1&after=${page.json.next}`))).toEqual([json.items[1].id]);
    const attempts = [
      `update company_change set reason = 'x'`,
      'delete from company_change',
      'truncate company_change',
    ];
    for (const sql of attempts) await expect(api.database.asOwner(sql)).rejects.toThrow(/never changed or deleted/);
    const client = new pg.Client({ connectionString: api.database.appUrl });
    await client.connect();
    await client.query(`set kontor.scope = 'all'`);
    for (const sql of attempts) await expect(client.query(sql)).rejects.toThrow(/permission denied/);
    await client.end();
  });

  it('of what is so already changes nothing, whatever the version', async () => {
    const id = await added();
    await patch(id, { version: 1, name: 'Once' });
    const again = await patch(id, { version: 1, name: 'Once' });
    expect([again.status, again.json.version]).toEqual([200, 2]);
    expect((await patch(id, { version: 7 })).json.version).toBe(2);
    expect((await get(`/${id}/changes`)).json.items).toHaveLength(1);
  });

  it('by two at once is one change: the second is told that it has not read it', async () => {
    const id = await added();
    const both = await Promise.all(['One', 'Two'].map((name) => patch(id, { version: 1, name })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(fault(both.find(({ status }) => status === 409)!)).toEqual([409, 'STATE_CONFLICT', '/version']);
    expect((await get(`/${id}`)).json.version).toBe(2);
  });

  it('case 45: is of the same company under its id in capitals', async () => {
    const id = await added();
    const edited = await patch(id.toUpperCase(), { version: 1, name: 'Capitals' });
    expect(edited.json).toMatchObject({ id, name: 'Capitals' });
    const own = await api.token('customer', { companyId: id });
    expect((await get(`/${id.toUpperCase()}`, own)).json.id).toBe(id);
  });

  it('case 62: of an unknown company is 404', async () => {
    const id = randomUUID();
    const answers = [
      await get(`/${id}`),
      await get(`/${id}/changes`),
      await patch(id, { version: 1, name: 'x' }),
      await put(`${id}/address`, { version: 1, address: ['x'], locale: 'en' }, await api.token('vendor')),
      await put(`${id}/views`, { version: 1, views: ['customer'] }),
      await put(`${id}/zone`, { fromPeriod: '2026-05', zone: 'UTC' }),
      await api.call('POST', `/v1/companies/${id}/suspend`, { token, body: { reason: 'x' } }),
      await api.call('POST', `/v1/companies/${id}/merge`, { token, body: { into: PARTNER_TEAM, reason: 'x' } }),
    ];
    for (const answer of answers) expect([answer.status, answer.json.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('moves no company to another country while it takes part or distributes', async () => {
    const mspId = await month.msp({ name: 'Stays', distributorId, country: 'IT' });
    for (const id of [mspId, distributorId]) {
      const { version } = (await get(`/${id}`)).json;
      expect(fault(await patch(id, { version, country: 'PL' }))).toEqual([409, 'STATE_CONFLICT', '/country']);
    }
    const id = await added();
    expect((await patch(id, { version: 1, country: 'PL' })).json.country).toBe('PL');
  });

  it('renames the partner team, which keeps its view', async () => {
    const { version } = (await get(`/${PARTNER_TEAM}`)).json;
    const renamed = await patch(PARTNER_TEAM, { version, name: 'Vendor SE', country: 'DE' });
    expect(renamed.json).toMatchObject({ name: 'Vendor SE', country: 'DE', views: ['vendor'] });
    const views = await put(`${PARTNER_TEAM}/views`, { version: renamed.json.version, views: ['vendor', 'customer'] });
    expect(views.json.code).toBe('STATE_CONFLICT');
  });
});

describe('a zone', () => {
  const zone = (id: string, body: object) => put(`${id}/zone`, { zone: 'Asia/Tokyo', ...body });

  it('holds from a month on, with history; rule 19: none that a programme of it has opened', async () => {
    const mspId = await month.msp({ name: 'Mover', distributorId, country: 'IT' });
    await month.run(
      `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
       values ('msp', '2026-03', 'sealed', now(), '{"kind": "kontor", "id": "kontor", "name": "test"}', '{}')`,
    );
    for (const path of [`/v1/companies/${mspId}/zone`, `/v1/msps/${mspId}/zone`]) {
      const body = { fromPeriod: '2026-03', zone: 'Asia/Tokyo' };
      expect(fault(await api.call('PUT', path, { token, body }))).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
    }
    const set = await zone(mspId, { fromPeriod: '2026-04', reason: 'moved' });
    expect(set.json.zones.at(-1)).toEqual({ fromPeriod: '2026-04', zone: 'Asia/Tokyo' });
    await zone(mspId, { fromPeriod: '2026-04', reason: 'the same again' });
    expect((await get(`/${mspId}/changes`)).json.items).toMatchObject([
      { before: { zones: [{ zone: 'Europe/Berlin' }] }, after: { zones: set.json.zones }, reason: 'moved' },
    ]);
  });

  it('of a company that takes part in nothing may be set for any month', async () => {
    const id = await added();
    await zone(id, { fromPeriod: '2026-01' });
    expect((await get(`/${id}`)).json.zone).toBe('Asia/Tokyo');
  });
});

describe('parents', () => {
  it('make a tree of any depth and never a circle', async () => {
    const ids: string[] = [];
    for (let depth = 0; depth < 5; depth += 1) {
      const parentId = ids.at(-1);
      ids.push(await added({ name: `Depth ${depth}`, ...(parentId === undefined ? {} : { parentId }) }));
    }
    const [top = '', , , , bottom = ''] = ids;
    for (const parentId of ids) {
      expect(fault(await patch(top, { version: 1, parentId }))).toEqual([422, 'VALIDATION_FAILED', '/parentId']);
    }
    expect((await patch(bottom, { version: 1, parentId: top })).json.parentId).toBe(top);
    expect((await patch(bottom, { version: 2, parentId: null })).json.parentId).toBeNull();
    expect((await patch(top, { version: 1, parentId: bottom })).json.parentId).toBe(bottom);
  });

  it('that two set of each other at once are no circle either', async () => {
    const [one, two] = [await added(), await added()];
    const both = await Promise.all([
      patch(one, { version: 1, parentId: two }),
      patch(two, { version: 1, parentId: one }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
  });
});

describe('views', () => {
  const views = async (id: string, held: string[], version?: number) =>
    put(`${id}/views`, { version: version ?? (await get(`/${id}`)).json.version, views: held });

  it('are added and removed; tokens and sessions in one that goes end at once and stay so', async () => {
    const id = await added({ views: ['customer', 'reseller'] });
    const [stays, goes] = [
      await api.token('customer', { companyId: id }),
      await api.token('reseller', { companyId: id, kind: 'service_account' }),
    ];
    const set = await views(id, ['customer', 'partner']);
    expect(set.json).toMatchObject({ views: ['customer', 'partner'], version: 2 });
    const status = async (as: string) => (await api.call('GET', '/v1/me', { token: as })).status;
    expect([await status(stays), await status(goes)]).toEqual([200, 401]);
    await views(id, ['customer', 'partner', 'reseller']);
    expect(await status(goes)).toBe(401);
    expect((await get(`/${id}/changes`)).json.items.at(-1)).toMatchObject({
      before: { views: ['customer', 'reseller'] },
      after: { views: ['customer', 'partner'], ended: { tokens: 1, sessions: 0 } },
    });
    expect(fault(await views(id, ['partner'], 1))).toEqual([409, 'STATE_CONFLICT', '/version']);
  });

  it('come with terms where they need them', async () => {
    const id = await added();
    expect(fault(await views(id, ['customer', 'service_provider']))).toEqual([422, 'VALIDATION_FAILED', '/views/1']);
    expect(fault(await views(id, ['customer', 'distributor']))).toEqual([422, 'VALIDATION_FAILED', '/views/1']);
    const serves = await month.distributor({ code: 'ES', currency: 'EUR', country: 'ES' });
    expect((await views(serves, ['customer'])).json.views).toEqual(['customer']);
    expect((await views(serves, ['customer', 'distributor'])).json.views).toEqual(['customer', 'distributor']);
  });

  it('stay while something exists in them alone', async () => {
    const mspId = await month.msp({ name: 'In business', distributorId });
    const id = await added({ views: ['customer', 'system_integrator'] });
    const other = await added();
    await month.run(
      `insert into tenant (msp_id, id, customer_id, ref, name, state, created_at)
       values (:mspId, :tenantId, :id, 'a', 'A', 'active', now())`,
      { mspId, tenantId: randomUUID(), id },
    );
    await month.run(
      `insert into mandate (id, integrator_id, customer_id, from_at, asked_at, asked_by)
       values (:mandateId, :id, :other, now(), now(), '{}')`,
      { mandateId: randomUUID(), id, other },
    );
    const refused: [string, string[], RegExp][] = [
      [id, ['system_integrator'], /customer stays while the company has 1 tenant/],
      [id, ['customer'], /system_integrator stays while the company has 1 mandate/],
      [other, ['partner'], /1 mandate/],
      [mspId, ['customer'], /service_provider stays while the company has its months/],
      [distributorId, ['customer'], /distributor stays/],
    ];
    for (const [company, held, message] of refused) {
      const answer = await views(company, held);
      expect(fault(answer)).toEqual([409, 'STATE_CONFLICT', '/views']);
      expect(answer.json.detail).toMatch(message);
    }
  });
});

describe('a company’s own people', () => {
  it('read it and its history, and nothing of another', async () => {
    const [id, other] = [await added(), await added()];
    await patch(id, { version: 1, name: 'Ours', reason: 'as you asked' });
    const own = await api.token('customer', { companyId: id, level: 'reader' });
    expect((await get(`/${id}`, own)).json).toMatchObject({ name: 'Ours', zone: 'Europe/Berlin' });
    expect((await get(`/${id}/changes`, own)).json.items).toMatchObject([{ reason: 'as you asked' }]);
    expect(idsOf(await get('', own))).toEqual([id]);
    expect((await get(`?parentId=${other}`, own)).status).toBe(404);
    expect(idsOf(await get(`?parentId=${id}`, own))).toEqual([]);
    const administrator = await api.token('customer', { companyId: id });
    const tried = (foreign: string) => [
      get(`/${foreign}`, administrator),
      get(`/${foreign}/changes`, administrator),
      put(`${foreign}/address`, { version: 1, address: ['Mine'], locale: 'en' }, administrator),
    ];
    for (const foreign of [other, distributorId, PARTNER_TEAM]) {
      const [known, unknown] = [await Promise.all(tried(foreign)), await Promise.all(tried(randomUUID()))];
      const told = (answers: Answer[]) => answers.map(({ status, json }) => ({ status, ...json, instance: '' }));
      expect(told(known)).toEqual(told(unknown));
      expect(known.map(({ status }) => status)).toEqual([404, 404, 404]);
    }
    for (const level of ['reader', 'administrator'] as const) {
      const mine = await api.token('customer', { companyId: id, level });
      expect((await patch(id, { version: 2, name: 'Renamed' }, mine)).status).toBe(403);
      expect((await add({}, mine)).status).toBe(403);
    }
  });

  it.each(['service_provider', 'distributor', 'reseller', 'system_integrator'] as const)(
    'read it in the view %s, zone included',
    async (view) => {
      const ids = {
        service_provider: () => month.msp({ name: 'Own', distributorId }),
        distributor: () => distributorId,
      };
      const id = await (view in ids ? ids[view as keyof typeof ids]() : month.company(view));
      const own = await api.token(view, { companyId: id, level: 'reader' });
      const { json } = await get(`/${id}`, own);
      expect([json.id, json.zone === null, json.views]).toEqual([id, false, [view]]);
      expect(idsOf(await get('', own))).toEqual([id]);
    },
  );

  it('who administer all of it set its address and language', async () => {
    const mspId = await month.msp({ name: 'Ours too', distributorId });
    const own = await api.token('service_provider', { companyId: mspId });
    const body = { version: 1, address: ['New Road 1'], locale: 'it' };
    expect((await put(`${mspId}/address`, body, own)).json).toMatchObject({ address: ['New Road 1'], locale: 'it' });
    expect((await get(`/${mspId}/changes`, own)).json.items).toHaveLength(1);
    const manager = await api.token('service_provider', { companyId: mspId, level: 'manager' });
    expect((await put(`${mspId}/address`, body, manager)).status).toBe(403);
    const tenantId = randomUUID();
    await month.run(
      `insert into tenant (msp_id, id, ref, name, state, created_at) values (:mspId, :tenantId, 'a', 'A', 'active', now())`,
      { mspId, tenantId },
    );
    const limited = await api.token('service_provider', { companyId: mspId, tenantIds: [tenantId] });
    const refused = await put(`${mspId}/address`, { ...body, version: 2, locale: 'pl' }, limited);
    expect([refused.status, refused.json.code]).toEqual([403, 'FORBIDDEN']);
    expect((await get(`/${mspId}`, limited)).json.locale).toBe('it');
  });
});

describe('issued documents', () => {
  it('keep what they printed when the MSP is renamed and moves; the next month has the new name', async () => {
    await month.pricePlan({
      currency: 'EUR',
      prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '2' } },
    });
    const mspId = await month.msp({ name: 'Old Name', distributorId });
    const site = await month.site({ mspId, name: 'Server' });
    await month.report(site, { period: '2026-06', lines: [{ tenant: 'a', meter: 'mail-server.mailbox', peak: 5 }] });
    await month.close('2026-06');
    const stored = () =>
      api.database.asOwner<{ head: { msp: { name: string } }; hash: string }>(
        `select content as head, encode(content_hash, 'hex') as hash from statement where msp_id = $1`,
        [mspId],
      );
    const pool = createRenderPool({ threads: 1 });
    const paper = async () => {
      const [statement] = await api.database.db.transaction(ALL, (trx) =>
        issuedStatements(trx, { programme: 'msp', period: '2026-06' }),
      );
      const [document] = await pool.renderStatements(statement === undefined ? [] : [statement.statement]);
      if (document === undefined || document instanceof KontorError) throw document ?? new Error('no document');
      return document;
    };
    const [issued, printed] = [await stored(), await paper()];
    const { version } = (await get(`/${mspId}`)).json;
    expect((await patch(mspId, { version, name: 'New Name', address: ['Elsewhere 1'] })).status).toBe(200);
    expect(await stored()).toEqual(issued);
    expect(await paper()).toEqual(printed);
    await pool.close();
    expect(issued[0]?.head.msp.name).toBe('Old Name');
    await month.report(site, { period: '2026-07', lines: [{ tenant: 'a', meter: 'mail-server.mailbox', peak: 5 }] });
    const parties = (await month.close('2026-07')).map(({ msp }) => msp);
    expect(parties).toContainEqual(expect.objectContaining({ name: 'New Name', address: ['Elsewhere 1'] }));
    expect(parties.map(({ name }) => name)).not.toContain('Old Name');
  });
});
