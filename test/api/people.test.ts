import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { admit } from '../support/access.js';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { monthFixture } from '../support/month.js';
import { addPerson, browser, PASSWORD } from '../support/people.js';
import { startTestApi, type TestApi } from './testApi.js';

let api: TestApi;
let mailbox: Mailbox;
let partnerTeam: string;
let customerId: string;
let alpha: string;
let beta: string;
const tenants: string[] = [];

beforeAll(async () => {
  api = await startTestApi({ limits: { guessesPerMinute: 10_000 } });
  mailbox = await openMailbox(api.database.db);
  const month = monthFixture(api.database.db);
  const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  alpha = await month.msp({ name: 'MSP Alpha', distributorId });
  beta = await month.msp({ name: 'MSP Beta', distributorId });
  customerId = await month.company('customer');
  for (const ref of ['a', 'b', 'c']) {
    const id = randomUUID();
    tenants.push(id);
    await month.run(
      `insert into tenant (msp_id, id, parent_id, ref, name, state, created_at)
       values (:alpha, :id, :parent, :ref, :ref, 'active', now())`,
      { alpha, id, ref, parent: ref === 'c' ? (tenants[0] ?? null) : null },
    );
  }
  partnerTeam = await admit(api.database.db, 'vendor');
});
afterAll(async () => {
  await mailbox.close();
  await api.close();
});

const somebody = (change: object = {}) => ({
  ...{ name: 'Bernd Example', email: `${randomUUID()}@people.example`, locale: 'en', zone: 'Europe/Berlin' },
  ...{ level: 'operator', ...change },
});
const invite = (token: string, body: object) => api.call('POST', '/v1/people', { token, body });
const byLink = (link: string, password?: string) =>
  api.call('POST', '/v1/password/by-link', { body: { link, ...(password === undefined ? {} : { password }) } });
const administrator = (companyId = alpha, spec: object = {}) => api.token('service_provider', { companyId, ...spec });
const change = (token: string, id: string, body: object) => api.call('PATCH', `/v1/memberships/${id}`, { token, body });

describe('an invitation', () => {
  it('case 41: to one person goes five times a day at most, from whichever company', async () => {
    const body = somebody();
    const token = await administrator();
    const { json } = await invite(token, body);
    const again = () => api.call('POST', `/v1/memberships/${json.membershipId}/invite`, { token });
    for (let time = 2; time < 5; time += 1) expect((await again()).status).toBe(204);
    expect((await invite(await administrator(beta), body)).status).toBe(201);
    expect(await again()).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
    const third = await invite(partnerTeam, { ...body, companyId: customerId });
    expect(third).toMatchObject({ status: 429, json: { errors: [{ field: '/email' }] } });
  });

  it('case 41: so too where it is sent many times at once', async () => {
    const token = await administrator();
    const { json } = await invite(token, somebody());
    const again = () => api.call('POST', `/v1/memberships/${json.membershipId}/invite`, { token });
    const answers = await Promise.all(Array.from({ length: 14 }, again));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(4);
  });

  it.each(['Kontor', 'kontor cli', 'site:6b1f0c5e-0000-4000-8000-000000000000', 'Ｋｏｎｔｏｒ'])(
    'case 48: of somebody called "%s", as Kontor goes by itself, is refused',
    async (name) => {
      const refused = await invite(await administrator(), somebody({ name }));
      expect(refused).toMatchObject({ status: 422, json: { errors: [{ field: '/name' }] } });
    },
  );

  it('comes by mail, is accepted once with a password, and then counts', async () => {
    const token = await administrator();
    const body = somebody({ email: `Bernd.${randomUUID()}@People.example` });
    const made = await invite(token, body);
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ companyId: alpha, name: 'Bernd Example', state: 'invited', level: 'operator' });
    const address = body.email.toLowerCase();
    const [mail] = await mailbox.read(address);
    expect(mail?.subject).toBe('Your access to Kontor for MSP Alpha');
    expect((await browser(api).signIn(address)).status).toBe(401);
    expect((await byLink(mail!.link)).json.errors[0].field).toBe('/password');
    const both = await Promise.all([byLink(mail!.link, PASSWORD), byLink(mail!.link, PASSWORD)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([204, 410]);
    const bernd = browser(api);
    expect((await bernd.signIn(body.email)).json.actingFor).toMatchObject({
      company: { id: alpha },
      view: 'service_provider',
      level: 'operator',
    });
    const list = await api.call('GET', '/v1/people', { token });
    expect(list.json.items.at(-1)).toMatchObject({ membershipId: made.json.membershipId, state: 'active' });
    expect((await invite(token, body)).json.errors[0]).toMatchObject({ field: '/email', code: 'NAME_TAKEN' });
    const trail = await api.call('GET', `/v1/audit?subject=person:${list.json.items.at(-1).personId}`, {
      token: partnerTeam,
    });
    const actions = trail.json.items.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(['session.opened', 'password.set', 'person.invited']);
    expect(trail.bytes.toString()).not.toContain(address);
  });

  it('of who has a login gives a further membership once she accepts, and does not tell that she has one', async () => {
    const anna = await addPerson(api.database.db);
    const token = await administrator();
    const [known, unknown] = [
      await invite(token, somebody({ name: 'A. Example', email: anna.email.toUpperCase() })),
      await invite(token, somebody({ name: 'A. Example' })),
    ];
    const shape = ({ status, json }: typeof known) => [status, json.name, json.state, Object.keys(json)];
    expect(shape(known)).toEqual(shape(unknown));
    // Nor does the id of a person, in answer or list, until she accepts; nor whether one that is known is hers.
    const pending = (await api.call('GET', '/v1/people', { token })).json.items.slice(-2);
    expect([known.json, unknown.json, ...pending].map(({ personId }) => personId)).toEqual([null, null, null, null]);
    expect((await api.call('GET', `/v1/people/${anna.id}`, { token })).status).toBe(404);
    const browserOfAnna = browser(api);
    await browserOfAnna.signIn(anna.email);
    const acting = async () => (await browserOfAnna.call('GET', '/v1/me/memberships')).json.items as unknown[];
    expect(await acting()).toHaveLength(1);
    const [mail] = await mailbox.read(anna.email);
    // The link of an invitation does not change the password of who has one.
    expect((await byLink(mail!.link, 'somebody else’s choice')).status).toBe(204);
    expect((await browserOfAnna.call('GET', '/v1/me')).status).toBe(200);
    expect((await browser(api).signIn(anna.email, 'somebody else’s choice')).status).toBe(401);
    expect((await browser(api).signIn(anna.email)).status).toBe(201);
    expect(await acting()).toHaveLength(2);
    expect((await api.call('GET', `/v1/people/${anna.id}`, { token })).json.items).toHaveLength(1);
  });

  it('of two companies at once sets one password', async () => {
    const body = somebody();
    await Promise.all([invite(await administrator(alpha), body), invite(await administrator(beta), body)]);
    const mails = await mailbox.read(body.email);
    expect(mails).toHaveLength(2);
    expect((await byLink(mails[0]!.link, PASSWORD)).status).toBe(204);
    expect((await byLink(mails[1]!.link, 'somebody else’s choice')).status).toBe(204);
    const bernd = browser(api);
    expect((await bernd.signIn(body.email)).status).toBe(201);
    expect((await bernd.call('GET', '/v1/me/memberships')).json.items).toHaveLength(2);
  });

  it('is sent again with another link, is withdrawn, and expires', async () => {
    const token = await administrator();
    const body = somebody();
    const { membershipId: id } = (await invite(token, body)).json;
    const [first] = await mailbox.read(body.email);
    expect((await api.call('POST', `/v1/memberships/${id}/invite`, { token })).status).toBe(204);
    const [, second] = await mailbox.read(body.email);
    expect((await byLink(first!.link, PASSWORD)).json.code).toBe('LINK_INVALID');
    const stranger = await administrator(beta);
    for (const action of ['invite', 'end']) {
      expect((await api.call('POST', `/v1/memberships/${id}/${action}`, { token: stranger })).status).toBe(404);
    }
    await api.database.asOwner('update one_time_link set expires_at = now() where membership_id = $1', [id]);
    expect((await byLink(second!.link, PASSWORD)).json.code).toBe('LINK_INVALID');
    await api.call('POST', `/v1/memberships/${id}/invite`, { token });
    const [, , third] = await mailbox.read(body.email);
    expect((await api.call('POST', `/v1/memberships/${id}/end`, { token })).status).toBe(204);
    expect((await byLink(third!.link, PASSWORD)).json.code).toBe('LINK_INVALID');
    expect((await api.call('POST', `/v1/memberships/${id}/invite`, { token })).status).toBe(409);
  });

  it('is made once under an Idempotency-Key', async () => {
    const token = await administrator();
    const body = somebody();
    const headers = { 'idempotency-key': randomUUID() };
    const both = [1, 2].map(() => api.call('POST', '/v1/people', { token, body, headers }));
    await Promise.allSettled(both);
    const again = await api.call('POST', '/v1/people', { token, body, headers });
    expect(again.status).toBe(201);
    expect(await mailbox.read(body.email)).toHaveLength(1);
  });

  it('is for a company whose people one manages, and for tenants that it has', async () => {
    const token = await administrator();
    const wrong: [object, string][] = [
      [{ companyId: beta }, '/companyId'],
      [{ companyId: randomUUID() }, '/companyId'],
      [{ tenantIds: [randomUUID()] }, '/tenantIds/0'],
      [{ level: undefined }, '/level'],
      [{ accessLevelId: randomUUID() }, '/level'],
      [{ level: undefined, accessLevelId: randomUUID() }, '/accessLevelId'],
      [{ untilAt: '2026-01-01T00:00:00Z' }, '/untilAt'],
      [{ zone: 'Mars/Olympus' }, '/zone'],
    ];
    for (const [part, field] of wrong) {
      const { status, json } = await invite(token, somebody(part));
      expect([status, json.errors[0].field]).toEqual([422, field]);
    }
    expect((await invite(partnerTeam, somebody({ companyId: beta }))).status).toBe(201);
    const customer = await api.token('customer', { companyId: customerId });
    expect((await invite(customer, somebody({ level: 'administrator' }))).status).toBe(201);
    expect((await invite(await administrator(alpha, { level: 'manager' }), somebody())).status).toBe(403);
  });
});

describe('nobody gives more than they have', () => {
  /** Somebody who manages people, but may not do all else. */
  const limited = async (spec: { tenantIds?: string[]; actions?: string[] }) => {
    const token = await administrator();
    const body = somebody({ level: 'administrator' });
    if (spec.actions === undefined) {
      const { json } = await invite(token, { ...body, tenantIds: spec.tenantIds });
      return { token: await accepted(body.email), membershipId: json.membershipId as string };
    }
    const level = { name: `People ${randomUUID()}`, copyOf: 'operator', actions: spec.actions };
    const { json } = await api.call('POST', '/v1/levels', { token, body: level });
    const made = await invite(token, { ...body, level: undefined, accessLevelId: json.id });
    return { token: await accepted(body.email), membershipId: made.json.membershipId as string, levelId: json.id };
  };
  const accepted = async (email: string) => {
    const [{ link } = { link: '' }] = await mailbox.read(email);
    expect((await byLink(link, PASSWORD)).status).toBe(204);
    const own = browser(api);
    await own.signIn(email);
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    return (await own.call('POST', '/v1/me/tokens', { name: 'test', expiresAt })).json.token as string;
  };
  const ACTIONS = ['me.read', 'me.manage', 'people.read', 'people.manage', 'tenants.read', 'sites.read'];

  it('no level that is deleted meanwhile', async () => {
    const token = await administrator();
    for (let round = 0; round < 16; round += 1) {
      const level = { name: `Short-lived ${randomUUID()}`, copyOf: 'reader' };
      const { id } = (await api.call('POST', '/v1/levels', { token, body: level })).json;
      const invitations = [1, 2, 3, 4].map(() => invite(token, somebody({ level: undefined, accessLevelId: id })));
      const gone = await api.call('DELETE', `/v1/levels/${id}`, { token });
      const invited = (await Promise.all(invitations)).map(({ status }) => status);
      expect(gone.status).toBe(invited.includes(201) ? 409 : 204);
    }
  });

  it('neither to others nor to oneself: a level above one’s own', async () => {
    const { token, membershipId, levelId } = await limited({ actions: ACTIONS });
    expect((await invite(token, somebody({ level: 'operator' }))).json.errors[0].field).toBe('/level');
    expect((await change(token, membershipId, { level: 'administrator' })).status).toBe(403);
    const edited = { name: 'x', actions: [...ACTIONS, 'sites.manage'] };
    expect((await api.call('PUT', `/v1/levels/${levelId}`, { token, body: edited })).status).toBe(403);
    const more = { name: 'x', copyOf: 'administrator' };
    expect((await api.call('POST', '/v1/levels', { token, body: more })).status).toBe(403);
    const account = { name: 'Machine', level: 'administrator' };
    expect((await api.call('POST', '/v1/service-accounts', { token, body: account })).status).toBe(403);
    // An administrator is not hers to change.
    const boss = await addPerson(api.database.db, { companyId: alpha });
    for (const call of [
      change(token, boss.membershipId, { level: 'reader' }),
      api.call('POST', `/v1/memberships/${boss.membershipId}/end`, { token }),
    ]) {
      expect((await call).status).toBe(403);
    }
    const same = { ...somebody(), level: undefined, accessLevelId: levelId };
    expect((await invite(token, same)).status).toBe(201);
  });

  it('by editing a level that others have for the whole company', async () => {
    const token = await administrator();
    const helpDesk = { name: `Help desk ${randomUUID()}`, copyOf: 'reader' };
    const { json } = await api.call('POST', '/v1/levels', { token, body: helpDesk });
    const edit = (by: string) =>
      api.call('PUT', `/v1/levels/${json.id}`, { token: by, body: { name: helpDesk.name, actions: ACTIONS } });
    expect((await edit(await administrator(alpha, { tenantIds: tenants.slice(0, 1) }))).status).toBe(403);
    expect((await edit(token)).status).toBe(200);
  });

  it('nor tenants beyond one’s own, with or without what is below them', async () => {
    const [a = '', b = '', c = ''] = tenants;
    const { token, membershipId } = await limited({ tenantIds: [a] });
    for (const wider of [
      {},
      { tenantIds: [b] },
      { tenantIds: [a, b] },
      { tenantIds: [c] },
      { tenantIds: [a], withBelow: true },
    ]) {
      const { status, json } = await invite(token, somebody(wider));
      expect([status, json.errors[0].field]).toEqual([403, '/tenantIds']);
    }
    expect((await invite(token, somebody({ tenantIds: [a] }))).status).toBe(201);
    for (const wider of [{ tenantIds: null }, { tenantIds: [b] }, { withBelow: true }]) {
      expect((await change(token, membershipId, wider)).status).toBe(403);
    }
    expect(
      (await api.call('POST', '/v1/service-accounts', { token, body: { name: 'x', level: 'reader' } })).status,
    ).toBe(403);
    const { json } = await api.call('GET', '/v1/people', { token });
    for (const { tenantIds } of json.items) expect(tenantIds).toEqual([a]);
    const boss = await addPerson(api.database.db, { companyId: alpha });
    expect((await api.call('GET', `/v1/people/${boss.id}`, { token })).status).toBe(404);
    const machine = await api.call('POST', '/v1/service-accounts', {
      token: await administrator(),
      body: { name: `Machine ${randomUUID()}`, level: 'administrator' },
    });
    const issue = { serviceAccountId: machine.json.id, view: 'service_provider', name: 'x' };
    expect((await api.call('POST', '/v1/tokens', { token, body: issue })).status).toBe(403);
    const own = { name: `Machine ${randomUUID()}`, level: 'reader', tenantIds: [a] };
    const made = await api.call('POST', '/v1/service-accounts', { token, body: own });
    const accounts = await api.call('GET', '/v1/service-accounts', { token });
    expect(accounts.json.items.map(({ id }: { id: string }) => id)).toEqual([made.json.id]);
    const tokens = (await api.call('GET', '/v1/tokens', { token })).json.items as { membershipId: string }[];
    const wider = await api.database.asOwner<{ id: string }>('select id from membership where tenant_ids is null');
    expect(tokens.map(({ membershipId: of }) => of)).toContain(membershipId);
    expect(tokens.filter(({ membershipId: of }) => wider.some(({ id }) => id === of))).toEqual([]);
    expect((await api.call('POST', `/v1/service-accounts/${machine.json.id}/end`, { token })).status).toBe(403);
  });
});

describe('a membership', () => {
  it('is changed from now on, also under a session that is open, and ends with it', async () => {
    const token = await administrator();
    const person = await addPerson(api.database.db, { companyId: alpha });
    const anna = browser(api);
    await anna.signIn(person.email);
    expect((await anna.call('GET', '/v1/people')).status).toBe(200);
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const lowered = await change(token, person.membershipId, { level: 'reader', untilAt: until });
    expect(lowered.json).toMatchObject({ level: 'reader', untilAt: until });
    expect((await anna.call('GET', '/v1/people')).status).toBe(403);
    const limited = await change(token, person.membershipId, { tenantIds: [tenants[0]], withBelow: true });
    expect(limited.json).toMatchObject({ level: 'reader', tenantIds: [tenants[0]], withBelow: true });
    expect((await anna.call('GET', '/v1/me')).json.tenantIds).toEqual([tenants[0], tenants[2]].toSorted());
    expect((await change(await administrator(beta), person.membershipId, { level: 'reader' })).status).toBe(404);
    expect((await change(token, person.membershipId, { fromAt: until })).json.errors[0].field).toBe('/fromAt');
    expect((await change(token, person.membershipId, { untilAt: '2026-01-01T00:00:00Z' })).status).toBe(422);
    expect((await api.call('POST', `/v1/memberships/${person.membershipId}/end`, { token })).status).toBe(204);
    expect((await anna.call('GET', '/v1/me')).status).toBe(401);
    expect((await change(token, person.membershipId, { untilAt: null })).status).toBe(409);
    expect((await invite(token, somebody({ email: person.email }))).status).toBe(201);
  });

  it.each([{ level: 'reader' }, { untilAt: null }])(
    'case 59: has ended where one ends it while another changes it: %j',
    async (changes) => {
      const token = await administrator();
      for (let round = 0; round < 16; round += 1) {
        const { membershipId } = await addPerson(api.database.db, { companyId: alpha, level: 'operator' });
        const [changed, ended] = await Promise.all([
          change(token, membershipId, changes),
          api.call('POST', `/v1/memberships/${membershipId}/end`, { token }),
        ]);
        expect([200, 409]).toContain(changed.status);
        expect(ended.status).toBe(204);
        expect((await change(token, membershipId, changes)).status).toBe(409);
      }
    },
  );

  it('case 59: keeps both changes of two who change it at once', async () => {
    const token = await administrator();
    const untilAt = new Date(Date.now() + 86_400_000).toISOString();
    for (let round = 0; round < 16; round += 1) {
      const { membershipId } = await addPerson(api.database.db, { companyId: alpha, level: 'operator' });
      await Promise.all([change(token, membershipId, { level: 'reader' }), change(token, membershipId, { untilAt })]);
      expect((await change(token, membershipId, {})).json).toMatchObject({ level: 'reader', untilAt });
    }
  });

  it('begins when it says', async () => {
    const token = await administrator();
    const fromAt = new Date(Date.now() + 86_400_000).toISOString();
    const body = somebody({ fromAt });
    const { membershipId: id } = (await invite(token, body)).json;
    const [{ link } = { link: '' }] = await mailbox.read(body.email);
    await byLink(link, PASSWORD);
    expect((await browser(api).signIn(body.email)).json.code).toBe('FORBIDDEN');
    const sooner = new Date(Date.now() + 1_000).toISOString();
    expect((await change(token, id, { fromAt: sooner })).json.fromAt).toBe(sooner);
    expect((await api.call('POST', `/v1/memberships/${id}/end`, { token })).status).toBe(204);
  });

  it('of the last administrator stays, also when two remove each other at once', async () => {
    const month = monthFixture(api.database.db);
    const companyId = await month.company('reseller');
    const [one, other] = [
      await addPerson(api.database.db, { companyId }),
      await addPerson(api.database.db, { companyId }),
    ];
    const end = (id: string) => api.call('POST', `/v1/memberships/${id}/end`, { token: partnerTeam });
    const both = await Promise.all([end(one.membershipId), end(other.membershipId)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    const last = both[0].status === 204 ? other : one;
    const until = new Date(Date.now() + 86_400_000).toISOString();
    for (const lowering of [{ level: 'manager' }, { untilAt: until }]) {
      expect((await change(partnerTeam, last.membershipId, lowering)).status).toBe(409);
    }
    expect((await api.call('POST', `/v1/people/${last.id}/end`, { token: partnerTeam })).status).toBe(409);
    await addPerson(api.database.db, { companyId });
    expect((await end(last.membershipId)).status).toBe(204);
  });
});

describe('a person', () => {
  it('is ended by the partner team alone, everywhere, and may be invited anew', async () => {
    const person = await addPerson(api.database.db, { companyId: alpha, level: 'operator' });
    const anna = browser(api);
    await anna.signIn(person.email);
    const path = `/v1/people/${person.id}/end`;
    expect((await api.call('POST', path, { token: await administrator() })).status).toBe(403);
    expect((await api.call('POST', path, { token: partnerTeam })).status).toBe(204);
    expect((await api.call('POST', path, { token: partnerTeam })).status).toBe(204);
    expect((await anna.call('GET', '/v1/me')).status).toBe(401);
    expect((await anna.signIn(person.email)).status).toBe(401);
    const again = await invite(await administrator(), somebody({ email: person.email }));
    expect(again.json.personId).not.toBe(person.id);
    expect((await api.call('POST', `/v1/people/${randomUUID()}/end`, { token: partnerTeam })).status).toBe(404);
  });
});

describe('a level', () => {
  it('is a copy that is edited, and holds at once; system levels are listed and never edited', async () => {
    const token = await administrator();
    const { json } = await api.call('GET', '/v1/levels', { token });
    expect(json.items.slice(0, 4).map(({ id, name }: { id: string | null; name: string }) => [id, name])).toEqual([
      [null, 'reader'],
      [null, 'operator'],
      [null, 'manager'],
      [null, 'administrator'],
    ]);
    const body = { name: 'Help desk', copyOf: 'operator', actions: ['me.read', 'sites.read'] };
    const made = await api.call('POST', '/v1/levels', { token, body });
    expect(made.json).toMatchObject({ name: 'Help desk', copiedFrom: 'operator', actions: ['me.read', 'sites.read'] });
    expect((await api.call('POST', '/v1/levels', { token, body })).json.code).toBe('NAME_TAKEN');
    const person = await addPerson(api.database.db, { companyId: alpha });
    const anna = browser(api);
    await anna.signIn(person.email);
    await change(token, person.membershipId, { accessLevelId: made.json.id });
    expect((await anna.call('GET', '/v1/me')).json.actions).toEqual(['me.read', 'sites.read']);
    const path = `/v1/levels/${made.json.id}`;
    const edited = { name: 'Help desk', actions: ['me.read', 'tenants.read'] };
    expect((await api.call('PUT', path, { token, body: edited })).status).toBe(200);
    expect((await anna.call('GET', '/v1/me')).json.actions).toEqual(['me.read', 'tenants.read']);
    const wrong = await api.call('PUT', path, { token, body: { name: 'x', actions: ['everything'] } });
    expect(wrong.json.errors[0].field).toBe('/actions/0');
    expect((await api.call('PUT', path, { token: await administrator(beta), body: edited })).status).toBe(404);
    expect((await change(await administrator(beta), person.membershipId, {})).status).toBe(404);
    expect((await api.call('DELETE', path, { token })).status).toBe(409);
    await change(token, person.membershipId, { level: 'reader' });
    expect((await api.call('DELETE', path, { token })).status).toBe(204);
    expect((await api.call('DELETE', path, { token })).status).toBe(404);
    expect((await api.call('POST', '/v1/levels', { token, body })).status).toBe(201);
    const elsewhere = await invite(await administrator(beta), {
      ...somebody(),
      level: undefined,
      accessLevelId: made.json.id,
    });
    expect(elsewhere.json.errors[0].field).toBe('/accessLevelId');
  });
});
