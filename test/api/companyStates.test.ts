import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import type { View } from '../../domain/access/views.js';
import { admitToSession, type TokenSpec } from '../support/access.js';
import { openMailbox } from '../support/mailbox.js';
import { monthFixture } from '../support/month.js';
import { addPerson, browser, PASSWORD } from '../support/people.js';
import { startTestApi, type Answer, type TestApi } from './testApi.js';

let api: TestApi;
let month: ReturnType<typeof monthFixture>;
/** Of the partner team. */
let token: string;
let distributorId: string;
let mspId: string;

beforeAll(async () => {
  api = await startTestApi({ limits: { guessesPerMinute: 10_000 } });
  month = monthFixture(api.database.db);
  token = await api.token('vendor', { name: 'Partner One' });
  distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  mspId = await month.msp({ name: 'MSP Alpha', distributorId });
});
afterAll(() => api.close());

const get = async (id: string) => (await api.call('GET', `/v1/companies/${id}`, { token })).json;
const changes = async (id: string) => (await api.call('GET', `/v1/companies/${id}/changes`, { token })).json.items;
const act = (id: string, action: string, body: object = {}) =>
  api.call('POST', `/v1/companies/${id}/${action}`, { token, body: { reason: 'because', ...body } });
const merge = (id: string, into: string, body: object = {}) => act(id, 'merge', { into, ...body });
const done = async (answer: Promise<Answer>) => {
  const { status, json } = await answer;
  expect([status, json.detail]).toEqual([200, undefined]);
  return json;
};
const fault = ({ status, json }: Answer) => [status, json?.code, json?.errors?.[0]?.field];
const works = async (as: string) => (await api.call('GET', '/v1/me', { token: as })).status;

/** A tenant of MSP Alpha that is a customer's. */
const tenantOf = async (customerId: string, state = 'active') => {
  const id = randomUUID();
  await month.run(
    `insert into tenant (msp_id, id, customer_id, ref, name, state, closed_from, created_at)
     values (:mspId, :id, :customerId, :id, 'Tenant', :state, case when :state = 'closed' then '2026-01' end, now())`,
    { mspId, id, customerId, state },
  );
  return id;
};
const mandate = async (integratorId: string, customerId: string, isAgreed = true) => {
  const id = randomUUID();
  await month.run(
    `insert into mandate (id, integrator_id, customer_id, from_at, asked_at, asked_by, consented_at, consented_by)
     values (:id, :integratorId, :customerId, now() - interval '1 day', now(), '{}', case when :isAgreed then now() end,
       case when :isAgreed then '{}'::jsonb end)`,
    { id, integratorId, customerId, isAgreed },
  );
  return id;
};
const tenantsSeen = async (as: string) => {
  const { status, json } = await api.call('GET', '/v1/tenants', { token: as });
  return status === 200 ? json.items.map(({ id }: { id: string }) => id).sort() : status;
};
/** Everybody who may act for a company. */
const everybody = async (view: View, companyId: string, spec: TokenSpec = {}) => {
  const person = await api.token(view, { companyId, ...spec });
  const machine = await api.token(view, { companyId, kind: 'service_account', ...spec });
  const session = await admitToSession(api.database.db, view, { companyId, ...spec });
  return async () => [
    await works(person),
    await works(machine),
    (await api.call('GET', '/v1/me', { headers: session })).status,
  ];
};

describe('a suspended company', () => {
  it('is acted for by nobody, at once, whatever it is, and by the same people when it is resumed', async () => {
    for (const [view, id] of [
      ['customer', await month.company('customer')],
      ['service_provider', await month.msp({ name: 'Suspended', distributorId })],
      ['distributor', distributorId],
    ] as const) {
      const statuses = await everybody(view, id);
      expect(await statuses()).toEqual([200, 200, 200]);
      expect(await done(act(id, 'suspend', { reason: 'unpaid' }))).toMatchObject({
        ...{ state: 'suspended', stateReason: 'unpaid' },
      });
      expect(await statuses()).toEqual([401, 401, 401]);
      expect(fault(await act(id, 'suspend'))).toEqual([409, 'STATE_CONFLICT', undefined]);
      await done(act(id, 'resume'));
      expect(await statuses()).toEqual([200, 200, 200]);
      expect(fault(await act(id, 'resume'))).toEqual([409, 'STATE_CONFLICT', undefined]);
      expect(await changes(id)).toMatchObject([
        { before: { state: 'suspended' }, after: { state: 'active' } },
        {
          before: { state: 'active' },
          after: { state: 'suspended' },
          reason: 'unpaid',
          actor: { name: 'Partner One' },
        },
      ]);
    }
  });

  it('is signed in for by nobody, and its people’s other companies stay theirs', async () => {
    const [id, other] = [await month.company('customer'), await month.company('customer')];
    const anna = await addPerson(api.database.db, { companyId: id });
    await done(act(id, 'suspend'));
    expect((await browser(api).signIn(anna.email)).status).not.toBe(201);
    const invited = { name: 'Anna', email: anna.email, locale: 'en', zone: 'UTC', level: 'reader' };
    expect((await api.call('POST', '/v1/people', { token, body: { ...invited, companyId: other } })).status).toBe(201);
    const mailbox = await openMailbox(api.database.db);
    const [mail] = await mailbox.read(anna.email);
    await mailbox.close();
    await api.call('POST', '/v1/password/by-link', { body: { link: mail?.link } });
    const signedIn = await browser(api).signIn(anna.email);
    expect([signedIn.status, signedIn.json.actingFor.company.id]).toEqual([201, other]);
  });

  it('is not acted for by mandate either, and gets no tenants, mandates or territories', async () => {
    const [customerId, integratorId] = [await month.company('customer'), await month.company('system_integrator')];
    const tenantId = await tenantOf(customerId);
    await mandate(integratorId, customerId);
    const integrator = await api.token('system_integrator', { companyId: integratorId });
    expect(await tenantsSeen(integrator)).toEqual([tenantId]);
    await done(act(customerId, 'suspend'));
    expect(await tenantsSeen(integrator)).toEqual([]);
    const own = await api.token('service_provider', { companyId: mspId });
    const path = `/v1/msps/${mspId}/tenants/${await tenantOf(integratorId)}/customer`;
    const link = await api.call('PUT', path, { token: own, body: { customerId } });
    const stranger = await api.token('system_integrator', { companyId: await month.company('system_integrator') });
    const asked = await api.call('POST', '/v1/mandates', { token: stranger, body: { customerId } });
    for (const answer of [link, asked]) expect(fault(answer)).toEqual([422, 'VALIDATION_FAILED', '/customerId']);
    await done(act(customerId, 'resume'));
    expect(await tenantsSeen(integrator)).toEqual([tenantId]);
    expect((await api.call('PUT', path, { token: own, body: { customerId } })).status).toBe(200);
    const away = await month.distributor({ code: 'SE', currency: 'EUR', country: 'SE' });
    await done(act(away, 'suspend'));
    const territory = { token, body: { distributorId: away, opensOn: '2026-01-01' } };
    const set = await api.call('PUT', '/v1/programmes/msp/territories/SE', territory);
    expect(fault(set)).toEqual([422, 'VALIDATION_FAILED', '/distributorId']);
  });

  it('takes part as before: its participation is suspended by itself, which stops keys', async () => {
    const id = await month.msp({ name: 'Goes on', distributorId });
    await done(act(id, 'suspend'));
    const path = `/v1/programmes/msp/participations/${id}`;
    expect((await api.call('GET', path, { token })).json.state).toBe('approved');
    expect((await api.call('POST', `${path}/suspend`, { token, body: { reason: 'x' } })).json.state).toBe('suspended');
    expect((await get(id)).state).toBe('suspended');
  });
});

describe('nothing new is given', () => {
  const call = async (method: string, path: string, body: object) =>
    fault(await api.call(method, path, { token, body }));
  const conflict = (field?: string) => [409, 'STATE_CONFLICT', field];
  const invitation = (companyId: string) => ({
    ...{ companyId, name: 'Anna', email: `${randomUUID()}@people.example`, locale: 'en', zone: 'UTC', level: 'reader' },
  });
  const machine = (companyId: string) => ({ companyId, name: `Machine ${randomUUID()}`, level: 'reader' });

  it('to a company that is suspended: sites, keys, products, subscriptions, orders, people or service accounts', async () => {
    const id = await month.msp({ name: 'Gets nothing', distributorId });
    const { siteId } = await month.site({ mspId: id, name: 'Here' });
    const { json: tenant } = await api.call('POST', `/v1/msps/${id}/tenants`, { token, body: { ref: 'a', name: 'A' } });
    const invited = await api.call('POST', '/v1/people', { token, body: invitation(id) });
    const ofProduct = { programme: 'msp', product: 'mail-server' };
    const subscription = 'subscriptions/msp/mail-server';
    const attempts: [string, string, object, string?][] = [
      ['POST', `/v1/msps/${id}/sites`, { ...ofProduct, name: 'More', tenantRefs: [] }],
      ['POST', `/v1/msps/${id}/sites/${siteId}/keys/rotate`, {}],
      ['POST', `/v1/msps/${id}/sites/${siteId}/keys/additional`, {}],
      ['POST', `/v1/msps/${id}/tenants/${tenant.id}/keys`, ofProduct],
      ['PUT', `/v1/msps/${id}/tenants/${tenant.id}/${subscription}`, { kind: 'metered' }],
      ['POST', `/v1/msps/${id}/orders/quote`, { order: { kind: 'product', ...ofProduct } }],
      ['POST', '/v1/people', invitation(id), '/companyId'],
      ['POST', `/v1/memberships/${invited.json.membershipId}/invite`, {}, 'membershipId'],
      ['POST', '/v1/service-accounts', machine(id), '/companyId'],
    ];
    await done(act(id, 'suspend'));
    for (const [method, path, body, field] of attempts) {
      expect([path, ...(await call(method, path, body))]).toEqual([path, ...conflict(field)]);
    }
    await done(act(id, 'resume'));
    for (const [method, path, body] of attempts) {
      expect([path, (await call(method, path, body))[1]]).not.toEqual([path, 'STATE_CONFLICT']);
    }
  });

  it('to a distributor that is suspended: no application is taken in its territories', async () => {
    const serves = await month.distributor({ code: 'NO', currency: 'EUR', country: 'NO' });
    const body = { distributorId: serves, opensOn: '2026-01-01' };
    expect((await api.call('PUT', '/v1/programmes/msp/territories/NO', { token, body })).status).toBe(200);
    await done(act(serves, 'suspend'));
    const company = { name: 'Northern', registrationNumber: 'NO 1', address: ['Vei 1'], country: 'NO' };
    const contact = { name: 'Contact', email: 'office@northern.example' };
    const application = { company, contact, locale: 'en', zone: 'Europe/Oslo' };
    const apply = () => api.call('POST', '/v1/programmes/msp/registrations', { token, body: application });
    expect(fault(await apply())).toEqual(conflict('/company/country'));
    await done(act(serves, 'resume'));
    expect((await apply()).status).toBe(202);
  });

  it('case 42: to an MSP whose address nobody has confirmed, whose name would be mailed to strangers', async () => {
    const id = await month.msp({ name: 'buy at evil.example', distributorId });
    await month.programme({ code: 'other' });
    await api.database.asOwner('delete from participation_distributor where msp_id = $1', [id]);
    const put = (state: string) =>
      month.run(`update participation set state = :state, joined_period = null where msp_id = :id`, { id, state });
    await month.run('update company_contact set confirmed_at = null where company_id = :id', { id });
    for (const state of ['unconfirmed', 'expired']) {
      await put(state);
      const asked = [
        await call('POST', '/v1/people', invitation(id)),
        await call('POST', '/v1/service-accounts', machine(id)),
        await call('POST', '/v1/programmes/other/participations', { mspId: id }),
      ];
      expect(asked).toEqual([conflict('/companyId'), conflict('/companyId'), conflict('/mspId')]);
    }
    await month.run('update company_contact set confirmed_at = now() where company_id = :id', { id });
    expect((await call('POST', '/v1/people', invitation(id)))[0]).toBe(201);
  });
});

describe('the end of a company', () => {
  it('is for good, with its people, machines, invitations and mandates, and stays readable', async () => {
    const [id, integratorId] = [await month.company('customer'), await month.company('system_integrator')];
    await tenantOf(id, 'closed');
    const mandateId = await mandate(integratorId, id);
    const statuses = await everybody('customer', id);
    expect(await done(act(id, 'end', { reason: 'dissolved' }))).toMatchObject({
      state: 'ended',
      stateReason: 'dissolved',
    });
    expect(await statuses()).toEqual([401, 401, 401]);
    const [over] = await month.run<{ revoked: boolean }>(
      'select revoked_at is not null as revoked from mandate where id = :mandateId',
      { mandateId },
    );
    expect(over?.revoked).toBe(true);
    for (const action of ['suspend', 'resume', 'end']) expect((await act(id, action)).json.code).toBe('STATE_CONFLICT');
    const edits: [string, string, object][] = [
      ['PATCH', '', { version: 2, name: 'Again' }],
      ['PUT', '/views', { version: 2, views: ['partner'] }],
      ['PUT', '/zone', { fromPeriod: '2026-01', zone: 'UTC' }],
    ];
    for (const [method, path, body] of edits) {
      expect((await api.call(method, `/v1/companies/${id}${path}`, { token, body })).json.code).toBe('STATE_CONFLICT');
    }
    const body = {
      companyId: id,
      name: 'Late',
      email: 'late@people.example',
      locale: 'en',
      zone: 'UTC',
      level: 'reader',
    };
    expect(fault(await api.call('POST', '/v1/people', { token, body }))).toEqual([
      ...[422, 'VALIDATION_FAILED', '/companyId'],
    ]);
    expect((await get(id)).name).toBe('Company customer');
  });

  it('is refused while something is left, which is named', async () => {
    const customer = await month.company('customer');
    await tenantOf(customer);
    const parent = await month.company('partner');
    await month.run('update company set parent_id = :parent where id = :customer', { parent, customer });
    const serves = await month.distributor({ code: 'FR', currency: 'EUR', country: 'FR' });
    await month.run(
      `insert into territory (programme_code, country, distributor_id, opens_on) values ('msp', 'FR', :serves, '2026-01-01')`,
      { serves },
    );
    const refused: [string, RegExp][] = [
      [mspId, /1 programme it takes part in/],
      [distributorId, /MSPs? it bills/],
      [serves, /1 territory it serves/],
      [customer, /1 tenant as a customer/],
      [parent, /1 subsidiary/],
      [PARTNER_TEAM, /never/],
    ];
    for (const [id, message] of refused) {
      const { status, json } = await act(id, 'end');
      expect([status, json.code, json.detail]).toEqual([409, 'STATE_CONFLICT', expect.stringMatching(message)]);
    }
    await month.run(`update territory set closes_on = current_date where country = 'FR'`);
    await done(act(serves, 'end'));
    const territory = { token, body: { distributorId: serves, opensOn: '2026-01-01' } };
    const set = await api.call('PUT', '/v1/programmes/msp/territories/BE', territory);
    expect(fault(set)).toEqual([422, 'VALIDATION_FAILED', '/distributorId']);
  });

  it('is not kept from by an application that came to nothing, and lets one that nobody confirmed expire', async () => {
    const withdrawn = await month.msp({ name: 'Withdrawn', distributorId });
    await month.run(`update participation set state = 'withdrawn', joined_period = null where msp_id = :withdrawn`, {
      withdrawn,
    });
    await done(act(withdrawn, 'end'));
    const stateOf = async (id: string) =>
      (await api.call('GET', `/v1/programmes/msp/participations/${id}`, { token })).json;
    for (const end of [
      (id: string) => act(id, 'end'),
      async (id: string) => merge(id, await month.company('partner')),
    ]) {
      const id = await month.msp({ name: 'Unconfirmed', distributorId });
      await api.database.asOwner('delete from participation_distributor where msp_id = $1', [id]);
      await month.run(`update participation set state = 'unconfirmed', joined_period = null where msp_id = :id`, {
        id,
      });
      await done(end(id));
      expect(await stateOf(id)).toMatchObject({ state: 'expired', decidedBy: { name: 'Partner One' } });
      const trail = await api.call('GET', `/v1/audit?subject=msp:${id}`, { token });
      expect(trail.json.items[0]).toMatchObject({ action: 'msp.expired', reason: 'because' });
    }
  });

  it('of who left, or bills no longer, waits until the last month is closed', async () => {
    await month.run(`update programme set first_period = '2025-01'`);
    const bills = await month.distributor({ code: 'NL', currency: 'EUR', country: 'NL' });
    const left = await month.msp({ name: 'Left', distributorId: bills, left: '2026-02' });
    expect((await act(left, 'end')).json.detail).toMatch(/1 programme/);
    expect((await act(bills, 'end')).json.detail).toMatch(/1 MSP it bills/);
    const run = (state: string) =>
      month.run(
        `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
         values ('msp', '2026-02', :state, now(), '{}', '{}')
         on conflict (programme_code, period) do update set state = excluded.state`,
        { state },
      );
    await run('open');
    expect((await act(left, 'end')).status).toBe(409);
    await run('sealed');
    await done(act(left, 'end'));
    await done(act(bills, 'end'));
  });

  it('comes before or after what is given to the company at the same moment, never between', async () => {
    for (let round = 0; round < 5; round += 1) {
      const customerId = await month.company('customer');
      const tenant = await tenantOf(await month.company('customer'));
      const path = `/v1/msps/${mspId}/tenants/${tenant}/customer`;
      const [ended, linked] = await Promise.all([
        act(customerId, 'end'),
        api.call('PUT', path, { token, body: { customerId } }),
      ]);
      expect([
        [200, 422],
        [409, 200],
      ]).toContainEqual([ended.status, linked.status]);
    }
  });
});

describe('a merge', () => {
  it('moves views, people, tenants, mandates and subsidiaries, and says where all of it went', async () => {
    const [from, into] = [await month.company('customer'), await month.company('reseller')];
    const [tenantId, integratorId] = [await tenantOf(from), await month.company('system_integrator')];
    await mandate(integratorId, from);
    const integrator = await api.token('system_integrator', { companyId: integratorId });
    const subsidiary = await month.company('partner');
    await month.run('update company set parent_id = :from where id = :subsidiary', { from, subsidiary });
    const statuses = await everybody('customer', from);
    const anna = await addPerson(api.database.db, { companyId: from, level: 'manager' });
    const limited = await addPerson(api.database.db, { companyId: from, level: 'operator', tenantIds: [tenantId] });

    expect(await done(merge(from, into.toUpperCase(), { reason: 'the same company' }))).toMatchObject({
      ...{ id: from, state: 'ended', mergedInto: into, stateReason: 'the same company' },
    });
    expect(await get(into)).toMatchObject({ state: 'active', views: ['customer', 'reseller'], version: 2 });
    expect(await get(from)).toMatchObject({ mergedInto: into });
    expect((await get(subsidiary)).parentId).toBe(into);
    expect(await statuses()).toEqual([401, 401, 401]);
    expect(await tenantsSeen(integrator)).toEqual([tenantId]);
    expect(await tenantsSeen(await api.token('customer', { companyId: into }))).toEqual([tenantId]);

    for (const [person, level, seen] of [
      [anna, 'manager', [tenantId]],
      [limited, 'operator', [tenantId]],
    ] as const) {
      const own = browser(api);
      const signedIn = await own.signIn(person.email);
      expect([signedIn.status, signedIn.json.actingFor]).toMatchObject([201, { company: { id: into }, level }]);
      const choices = (await own.call('GET', '/v1/me/memberships')).json.items;
      expect(new Set(choices.map(({ view }: { view: string }) => view))).toEqual(new Set(['customer', 'reseller']));
      const asCustomer = choices.find(({ view }: { view: string }) => view === 'customer');
      const acting = { membershipId: asCustomer.membershipId, view: 'customer' };
      expect((await own.call('POST', '/v1/me/acting', acting)).status).toBe(200);
      const { json } = await own.call('GET', '/v1/tenants');
      expect(json.items?.map(({ id }: { id: string }) => id) ?? []).toEqual(seen);
    }
    const people = await api.call('GET', `/v1/people?companyId=${from}`, { token });
    expect(people.json.items.every(({ state }: { state: string }) => state === 'ended')).toBe(true);
    expect((await changes(from))[0]).toMatchObject({
      ...{ reason: 'the same company', before: { state: 'active' } },
      after: { state: 'ended', mergedInto: into, tenants: [tenantId], subsidiaries: [subsidiary] },
    });
    expect((await changes(into))[0]).toMatchObject({
      before: { views: ['reseller'] },
      after: { views: ['customer', 'reseller'], merged: from, tenants: [tenantId] },
    });
    expect((await changes(subsidiary))[0]).toMatchObject({ before: { parentId: from }, after: { parentId: into } });
  });

  it('doubles nothing: neither a mandate, nor one between the two, nor who is somebody of both', async () => {
    const [from, into] = [await month.company('customer'), await month.company('customer')];
    const integratorId = await month.company('system_integrator');
    await mandate(integratorId, from);
    await mandate(integratorId, into);
    await month.run(`insert into company_view (company_id, view) values (:from, 'system_integrator')`, { from });
    await mandate(from, into);
    const anna = await addPerson(api.database.db, { companyId: from, level: 'administrator' });
    const [by] = await month.run<{ id: string }>(
      `insert into membership (id, company_id, person_id, system_level, from_at, created_at, created_by)
       values (gen_random_uuid(), :into, :person, 'reader', now() - interval '1 day', now(), '{}') returning id`,
      { into, person: anna.id },
    );
    await done(merge(from, into));
    const open = await month.run<{ integrator: string; customer: string }>(
      `select integrator_id as integrator, customer_id as customer from mandate
       where revoked_at is null and :into in (integrator_id, customer_id)`,
      { into },
    );
    expect(open).toEqual([{ integrator: integratorId, customer: into }]);
    const memberships = await month.run<{ id: string; level: string }>(
      `select id, system_level as level from membership where person_id = :person and until_at is null`,
      { person: anna.id },
    );
    expect(memberships).toEqual([{ id: by?.id, level: 'reader' }]);
  });

  it('brings a level of the company’s own along as a copy, and an invitation that waits', async () => {
    const [from, into] = [await month.company('customer'), await month.company('customer')];
    for (const companyId of [from, into]) {
      const level = { companyId, name: 'Night shift', copyOf: 'operator', actions: ['me.read', 'tenants.read'] };
      expect((await api.call('POST', '/v1/levels', { token, body: level })).status).toBe(201);
    }
    const levels = await api.call('GET', `/v1/levels?companyId=${from}`, { token });
    const email = `${randomUUID()}@people.example`;
    const body = {
      name: 'Bernd Example',
      email,
      locale: 'en',
      zone: 'UTC',
      accessLevelId: levels.json.items.at(-1).id,
    };
    expect((await api.call('POST', '/v1/people', { token, body: { ...body, companyId: from } })).status).toBe(201);
    const mailbox = await openMailbox(api.database.db);
    const [mail] = await mailbox.read(email);
    await mailbox.close();
    await done(merge(from, into));
    const accept = { link: mail?.link, password: PASSWORD };
    expect((await api.call('POST', '/v1/password/by-link', { body: accept })).status).toBe(204);
    const own = browser(api);
    expect((await own.signIn(email)).json.actingFor.company.id).toBe(into);
    expect((await own.call('GET', '/v1/me')).json.actions).toEqual(['me.read', 'tenants.read']);
  });

  it('takes nobody along whom an identity provider let in, and ends that provider, as the end of a company does', async () => {
    const provider = async (companyId: string) => {
      const body = { companyId, code: `id-${randomUUID().slice(0, 8)}`, name: 'An ID', issuer: 'https://id.example' };
      const { json } = await api.call('POST', '/v1/identity-providers', {
        token,
        body: { ...body, clientId: 'kontor' },
      });
      const person = await addPerson(api.database.db, { companyId });
      await month.run('update membership set identity_provider_id = :provider where id = :membership', {
        provider: json.id,
        membership: person.membershipId,
      });
      return { id: json.id as string, person: person.id };
    };
    const into = await month.company('customer');
    const merged = await month.company('customer');
    const ended = await month.company('customer');
    const [ofMerged, ofEnded] = [await provider(merged), await provider(ended)];
    await done(merge(merged, into));
    await done(act(ended, 'end'));
    for (const { id, person } of [ofMerged, ofEnded]) {
      const [left] = await month.run<{ memberships: number; isOver: boolean }>(
        `select ended_at is not null as "isOver", (select count(*)::int from membership where person_id = :person
           and until_at is null) as memberships from identity_provider where id = :id`,
        { id, person },
      );
      expect(left).toEqual({ memberships: 0, isOver: true });
      const trail = await api.call('GET', `/v1/audit?subject=identityProvider:${id}`, { token });
      expect(trail.json.items[0]).toMatchObject({ action: 'identityProvider.ended' });
    }
  });

  it('lets people and consents end with a duplicate that nobody vouches for', async () => {
    const [from, into] = [await month.company('customer'), await month.company('customer')];
    const integratorId = await month.company('system_integrator');
    const [own, tenantId] = [await tenantOf(into), await tenantOf(from)];
    await mandate(integratorId, from);
    const integrator = await api.token('system_integrator', { companyId: integratorId });
    const anna = await addPerson(api.database.db, { companyId: from });
    await done(merge(from, into, { people: 'end' }));
    expect(await tenantsSeen(integrator)).toEqual([]);
    expect((await browser(api).signIn(anna.email)).status).not.toBe(201);
    expect(await tenantsSeen(await api.token('customer', { companyId: into }))).toEqual([own, tenantId].sort());
  });

  /** The addresses of a company that have not ended: purpose, address, whether it is confirmed. */
  const contactsOf = async (id: string) =>
    (await api.call('GET', `/v1/companies/${id}/contacts`, { token })).json.items.map(
      (one: { purpose: string; email: string; confirmedAt: unknown }) => [
        one.purpose,
        one.email,
        one.confirmedAt !== null,
      ],
    );
  const contact = (companyId: string, purpose: string, email: string, isConfirmed = true) =>
    month.run(
      `insert into company_contact (id, company_id, purpose, name, email, named_at, named_by, confirmed_at)
       values (gen_random_uuid(), :companyId, :purpose, 'Desk', :email, now(), '{"kind":"kontor","id":"kontor","name":"Kontor"}',
         case when :isConfirmed then now() end)`,
      { companyId, purpose, email, isConfirmed },
    );

  it('brings confirmed addresses along for what the company that stays has none for; those that wait end', async () => {
    const [from, into] = [await month.company('customer'), await month.company('customer')];
    await contact(from, 'statements', 'statements@from.example');
    await contact(from, 'legal', 'legal@from.example');
    await contact(into, 'statements', 'statements@into.example');
    await contact(into, 'legal', 'asked@into.example', false);
    const email = `${randomUUID()}@asked.example`;
    const path = `/v1/companies/${from}/contacts/technical`;
    expect((await api.call('PUT', path, { token, body: { name: 'Desk', email } })).status).toBe(200);
    const mailbox = await openMailbox(api.database.db);
    const [mail] = await mailbox.read(email);
    await mailbox.close();
    await done(merge(from, into));
    expect(await contactsOf(into)).toEqual([
      ['legal', 'legal@from.example', true],
      ['legal', 'asked@into.example', false],
      ['statements', 'statements@into.example', true],
    ]);
    expect(await contactsOf(from)).toEqual([
      ['legal', 'legal@from.example', true],
      ['statements', 'statements@from.example', true],
    ]);
    const contacts = [{ purpose: 'legal', contact: expect.any(String) }];
    for (const id of [from, into]) expect((await changes(id))[0]).toMatchObject({ after: { contacts } });
    const link = { body: { link: mail?.link } };
    expect((await api.call('POST', '/v1/links/look-up', link)).json.state).toBe('withdrawn');
    expect((await api.call('POST', '/v1/contacts/confirm', link)).json.code).toBe('LINK_INVALID');
  });

  it('sends nobody’s mail to people whom nobody vouches for', async () => {
    const [from, into] = [await month.company('customer'), await month.company('customer')];
    await contact(from, 'legal', 'legal@stranger.example');
    await done(merge(from, into, { people: 'end' }));
    expect(await contactsOf(into)).toEqual([]);
    expect((await changes(into))[0]).toMatchObject({ after: { contacts: [] } });
  });

  it('gives nobody back what a suspension took', async () => {
    const [from, into] = [await month.company('customer'), await month.company('customer')];
    await done(act(from, 'suspend'));
    expect(fault(await merge(from, into))).toEqual([409, 'STATE_CONFLICT', '/people']);
    await done(merge(from, into, { people: 'end' }));
  });

  it('is refused where it makes no sense, with the field', async () => {
    const [one, two] = [await month.company('customer'), await month.company('customer')];
    const ended = await month.company('customer');
    await done(act(ended, 'end'));
    const below = await month.company('customer');
    await month.run('update company set parent_id = :one where id = :below', { one, below });
    const refused: [Promise<Answer>, number, string | undefined][] = [
      [merge(one, one), 422, '/into'],
      [merge(one, randomUUID()), 422, '/into'],
      [merge(one, ended), 409, '/into'],
      [merge(one, PARTNER_TEAM), 409, '/into'],
      [merge(one, below), 409, '/into'],
      [merge(PARTNER_TEAM, one), 409, undefined],
      [merge(ended, one), 409, undefined],
      [merge(mspId, two), 409, undefined],
      [merge(distributorId, two), 409, undefined],
    ];
    for (const [answer, status, field] of refused) {
      const { json } = await answer;
      expect([json.detail, json.status, json.errors[0]?.field]).toEqual([expect.any(String), status, field]);
    }
    await done(merge(below, one));
    expect((await act(below, 'suspend')).json.detail).toContain(one);
  });

  it('of two into each other at once is one merge', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [one, two] = [await month.company('customer'), await month.company('customer')];
      await tenantOf(one);
      await tenantOf(two);
      const both = await Promise.all([merge(one, two), merge(two, one)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      const states = [(await get(one)).state, (await get(two)).state];
      expect(states.sort()).toEqual(['active', 'ended']);
    }
  });
});

describe('only the partner team', () => {
  it.each(['suspend', 'resume', 'end', 'merge'])('may %s a company', async (action) => {
    const id = await month.company('customer');
    for (const as of [
      await api.token('customer', { companyId: id }),
      await api.token('service_provider', { companyId: mspId }),
      await api.token('vendor', { level: 'operator' }),
    ]) {
      const body = { reason: 'x', into: PARTNER_TEAM };
      expect((await api.call('POST', `/v1/companies/${id}/${action}`, { token: as, body })).status).toBe(403);
    }
  });
});
