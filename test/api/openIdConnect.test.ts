import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import { openMailbox } from '../support/mailbox.js';
import { monthFixture } from '../support/month.js';
import { expectRefused, openIdBrowser, PROVIDER_SECRET, providerFor } from '../support/openId.js';
import { addPerson, browser, PASSWORD } from '../support/people.js';
import { startTestApi, type TestApi } from './testApi.js';

const ALPHA = 'alpha-id';
const BETA = 'beta-id';
const TEAM = 'team-id';

let api: TestApi;
let provider: Awaited<ReturnType<typeof providerFor>>;
let vendor: string;
const companies: Record<'alpha' | 'beta', string> = { alpha: '', beta: '' };
let at: ReturnType<typeof openIdBrowser>;

const LEVELS = [
  { value: 'kontor-admins', level: 'administrator' },
  { value: 'kontor-readers', level: 'reader' },
] as const;

const make = (body: Record<string, unknown>, token = vendor) =>
  api.call('POST', '/v1/identity-providers', {
    token,
    body: { name: 'An ID', issuer: provider.issuer, clientId: 'kontor', clientSecret: PROVIDER_SECRET, ...body },
  });

const change = (id: string, body: unknown, token = vendor) =>
  api.call('PATCH', `/v1/identity-providers/${id}`, { token, body });

beforeAll(async () => {
  api = await startTestApi({ limits: { guessesPerMinute: 10_000 } });
  const month = monthFixture(api.database.db);
  const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  companies.alpha = await month.msp({ name: 'MSP Alpha', distributorId });
  companies.beta = await month.msp({ name: 'MSP Beta', distributorId });
  vendor = await api.token('vendor');
  // Somebody administers the company whatever a provider says.
  await addPerson(api.database.db, { companyId: companies.alpha });
  provider = await providerFor(api, [ALPHA, BETA, TEAM]);
  const byClaims = { levelClaim: 'groups', levels: LEVELS, makesPeople: true };
  const domains = { mailDomains: ['alpha.example'] };
  const made = [
    await make({ ...byClaims, ...domains, companyId: companies.alpha, code: ALPHA, name: 'Alpha ID', listed: true }),
    await make({ ...domains, companyId: companies.beta, code: BETA }),
    await make({ ...byClaims, ...domains, code: TEAM }),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(made[0]?.json.redirectUri).toBe(`${api.url}/v1/sign-in/${ALPHA}/callback`);
  at = openIdBrowser(api);
});
afterAll(async () => {
  await provider.stop();
  await api.close();
});

const membershipsOf = (email: string) =>
  api.database.asOwner<{ id: string; level: string; made: boolean; ended: boolean }>(
    `select m.id, m.system_level as level, m.identity_provider_id is not null as made, m.until_at is not null as ended
     from membership m join person p on p.id = m.person_id where p.email = $1 order by m.created_at`,
    [email],
  );

describe('signing in through a provider', () => {
  it('lets in whom it vouches for, with the level that her claims give', async () => {
    const { sub, email } = await provider.somebody({ groups: ['others', 'kontor-readers'] });
    const call = await at.signedIn(ALPHA, sub);
    const { json } = await call('GET', '/v1/me');
    expect([json.kind, json.name, json.company.id, json.view, json.level]).toEqual([
      ...['person', 'Anna Example', companies.alpha, 'service_provider', 'reader'],
    ]);
    expect(await membershipsOf(email)).toEqual([{ id: expect.anything(), level: 'reader', made: true, ended: false }]);
  });

  it('knows her again by her subject, whatever her address is then, and follows her claims', async () => {
    const { sub, email } = await provider.somebody({ groups: 'kontor-readers' });
    const first = await (await at.signedIn(ALPHA, sub))('GET', '/v1/me');
    await provider.say(sub, { email: 'new@elsewhere.example', groups: ['kontor-readers', 'kontor-admins'] });
    const second = await (await at.signedIn(ALPHA, sub))('GET', '/v1/me');
    expect([second.json.id, second.json.level]).toEqual([first.json.id, 'administrator']);
    await provider.say(sub, { groups: ['kontor-readers'] });
    expect((await (await at.signedIn(ALPHA, sub))('GET', '/v1/me')).json.level).toBe('reader');
    expect(await membershipsOf(email)).toHaveLength(1);
  });

  it('leads to a path of this host alone', async () => {
    const { sub } = await provider.somebody({ groups: 'kontor-readers' });
    expect((await at.signIn(ALPHA, sub)).headers.get('location')).toBe(`${api.url}/`);
    for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', '/%09/evil\t', 'x', '/a\\b']) {
      const answer = await api.call('GET', `/v1/sign-in/${ALPHA}?to=${encodeURIComponent(to)}`);
      expect([to, answer.status]).toEqual([to, 422]);
    }
    expect((await at.begin(ALPHA, '/console/cases?state=open')).door.searchParams.get('code_challenge_method')).toBe(
      'S256',
    );
  });

  it('ends what it gave when her claims give nothing, and gives it again with them', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-readers'] });
    const call = await at.signedIn(ALPHA, sub);
    await provider.say(sub, { groups: [] });
    await expectRefused(api, await at.signIn(ALPHA, sub), 'noLevel', 'FORBIDDEN');
    expect((await call('GET', '/v1/me')).status).toBe(401);
    await expectRefused(api, await at.signIn(ALPHA, sub), 'noLevel', 'FORBIDDEN');
    await provider.say(sub, { groups: ['kontor-readers'] });
    await at.signedIn(ALPHA, sub);
    expect((await membershipsOf(email)).map(({ ended }) => ended)).toEqual([true, false]);
  });

  it('does not give again what an administrator ended', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-readers'] });
    await at.signedIn(ALPHA, sub);
    const [made] = await membershipsOf(email);
    expect((await api.call('POST', `/v1/memberships/${made?.id ?? ''}/end`, { token: vendor })).status).toBe(204);
    await expectRefused(api, await at.signIn(ALPHA, sub), 'endedByHand');
    await provider.say(sub, { groups: [] });
    await expectRefused(api, await at.signIn(ALPHA, sub), 'noLevel', 'FORBIDDEN');
    await provider.say(sub, { groups: ['kontor-admins'] });
    await expectRefused(api, await at.signIn(ALPHA, sub), 'endedByHand');
  });

  it('accepts an invitation, and leaves what was given by hand as it is', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-admins'] });
    const who = {
      name: 'Bea Example',
      email,
      locale: 'en',
      zone: 'UTC',
      level: 'operator',
      companyId: companies.alpha,
    };
    expect((await api.call('POST', '/v1/people', { token: vendor, body: who })).status).toBe(201);
    const { json } = await (await at.signedIn(ALPHA, sub))('GET', '/v1/me');
    expect([json.name, json.level]).toEqual(['Bea Example', 'operator']);
    await provider.say(sub, { groups: [] });
    await at.signedIn(ALPHA, sub);
    expect(await membershipsOf(email)).toEqual([
      { id: expect.anything(), level: 'operator', made: false, ended: false },
    ]);
  });

  it('makes nobody where it may not', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-admins'] });
    await expectRefused(api, await at.signIn(BETA, sub), 'personUnknown');
    expect(await membershipsOf(email)).toEqual([]);
    const nobody = await provider.somebody({ groups: ['others'] });
    await expectRefused(api, await at.signIn(ALPHA, nobody.sub), 'personUnknown');
  });

  it('never takes away a company’s last administrator', async () => {
    const month = monthFixture(api.database.db);
    const companyId = await month.company('customer');
    const code = 'lonely-id';
    const alone = await providerFor(api, [code]);
    const body = { companyId, code, issuer: alone.issuer, levelClaim: 'groups', levels: LEVELS, makesPeople: true };
    const { json } = await make({ ...body, mailDomains: ['alpha.example'] });
    const { sub, email } = await alone.somebody({ groups: ['kontor-admins'] });
    await at.signedIn(code, sub);
    for (const groups of [['kontor-readers'], []]) {
      await alone.say(sub, { groups });
      await expectRefused(api, await at.signIn(code, sub), 'lastAdministrator');
      expect(await membershipsOf(email)).toEqual([
        { id: expect.anything(), level: 'administrator', made: true, ended: false },
      ]);
    }
    const end = await api.call('DELETE', `/v1/identity-providers/${json.id}`, { token: vendor });
    expect([end.status, end.json.code]).toEqual([409, 'STATE_CONFLICT']);
    await alone.stop();
  });

  it('names the person it makes by her address where the name could mislead', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-readers'], name: 'Kontor' });
    expect((await (await at.signedIn(ALPHA, sub))('GET', '/v1/me')).json.name).toBe(email);
  });
});

describe('a session through a provider', () => {
  /** Somebody of Alpha and of the partner team, with a password. */
  async function ofTwo() {
    const { sub, email } = await provider.somebody({ groups: ['kontor-admins'] });
    const person = await addPerson(api.database.db, { email, level: 'administrator' });
    const who = { name: 'Anna', email, locale: 'en', zone: 'UTC', level: 'administrator', companyId: companies.alpha };
    expect((await api.call('POST', '/v1/people', { token: vendor, body: who })).status).toBe(201);
    return { sub, email, person };
  }

  it('acts for the company for which it vouches, and for no other', async () => {
    const { sub, email, person } = await ofTwo();
    const own = browser(api);
    await own.signIn(email);
    const call = await at.signedIn(ALPHA, sub);
    expect((await call('GET', '/v1/me')).json.company.id).toBe(companies.alpha);
    const memberships = (await call('GET', '/v1/me/memberships')).json.items;
    expect(memberships.map(({ company }: { company: { id: string } }) => company.id)).toEqual([companies.alpha]);
    const elsewhere = { membershipId: person.membershipId, view: 'vendor' };
    const acting = await call('POST', '/v1/me/acting', elsewhere);
    expect([acting.status, acting.json.errors[0].field]).toEqual([422, '/membershipId']);
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const token = await call('POST', '/v1/me/tokens', { name: 'A token', ...elsewhere, expiresAt });
    expect([token.status, token.json.errors[0].field]).toEqual([422, '/membershipId']);
    expect((await call('GET', '/v1/people/' + person.id)).json.items).toHaveLength(1);
  });

  it('sees and ends nothing of the person’s that belongs to other companies', async () => {
    const { sub, email } = await ofTwo();
    const own = browser(api);
    await own.signIn(email);
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const theirs = (await own.call('POST', '/v1/me/tokens', { name: 'Elsewhere', expiresAt })).json;
    const ownSession = (await own.call('GET', '/v1/me/sessions')).json.items[0].id as string;
    const call = await at.signedIn(ALPHA, sub);
    expect((await call('GET', '/v1/me/tokens')).json.items).toEqual([]);
    expect((await call('DELETE', `/v1/me/tokens/${theirs.id}`)).status).toBe(404);
    expect((await call('GET', '/v1/me/sessions')).json.items).toHaveLength(1);
    expect((await call('DELETE', `/v1/me/sessions/${ownSession}`)).status).toBe(404);
    expect((await call('POST', '/v1/me/sessions/end-others')).status).toBe(204);
    expect((await own.call('GET', '/v1/me')).status).toBe(200);
    const ours = (await call('POST', '/v1/me/tokens', { name: 'Here', expiresAt })).json;
    const list = await api.call('GET', '/v1/me/memberships', { token: ours.token });
    expect(list.json.items).toHaveLength(1);
  });

  it('changes neither password nor authenticator', async () => {
    const { sub } = await ofTwo();
    const call = await at.signedIn(ALPHA, sub);
    const proof = { password: PASSWORD };
    const answers = [
      await call('PUT', '/v1/me/password', { current: PASSWORD, password: 'staple battery horse correct' }),
      await call('POST', '/v1/me/totp', proof),
      await call('POST', '/v1/me/totp/confirm', { code: '000000' }),
      await call('POST', '/v1/me/totp/remove', proof),
      await call('POST', '/v1/me/recovery-codes', proof),
      await call('GET', '/v1/me/second-factor'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  });

  it('is the only way to act by what the provider made', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-readers'] });
    await at.signedIn(ALPHA, sub);
    const mailbox = await openMailbox(api.database.db);
    await api.call('POST', '/v1/password/forgotten', { body: { email } });
    const { link } = (await mailbox.read(email)).at(-1)!;
    await mailbox.close();
    const byLink = await api.call('POST', '/v1/password/by-link', { body: { link, password: PASSWORD } });
    expect(byLink.status).toBe(204);
    const answer = await browser(api).signIn(email);
    expect([answer.status, answer.json.code]).toEqual([403, 'FORBIDDEN']);
  });

  it('is worth nothing for another company, even if it is made to say so', async () => {
    const { sub, person } = await ofTwo();
    const call = await at.signedIn(ALPHA, sub);
    expect((await call('GET', '/v1/me')).status).toBe(200);
    await api.database.asOwner(
      `update session set membership_id = $1, view = 'vendor' where person_id = $2 and identity_provider_id is not null`,
      [person.membershipId, person.id],
    );
    expect((await call('GET', '/v1/me')).status).toBe(401);
  });
});

describe('a person’s identities', () => {
  it('are hers to see and to remove, but for the last way in', async () => {
    const { sub } = await provider.somebody({ groups: ['kontor-readers'] });
    const call = await at.signedIn(ALPHA, sub);
    const [identity] = (await call('GET', '/v1/me/identities')).json.items;
    expect(identity.provider).toEqual({ code: ALPHA, name: 'Alpha ID' });
    const last = await call('DELETE', `/v1/me/identities/${identity.id}`);
    expect([last.status, last.json.code]).toEqual([409, 'STATE_CONFLICT']);
  });

  it('are removed with the sessions through them where there is a password', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-readers'] });
    await addPerson(api.database.db, { email, companyId: companies.alpha, level: 'reader' });
    const own = browser(api);
    await own.signIn(email);
    const call = await at.signedIn(ALPHA, sub);
    const [identity] = (await own.call('GET', '/v1/me/identities')).json.items;
    const other = await at.signedIn(ALPHA, (await provider.somebody({ groups: ['kontor-readers'] })).sub);
    expect((await other('DELETE', `/v1/me/identities/${identity.id}`)).status).toBe(404);
    expect((await own.call('DELETE', `/v1/me/identities/${identity.id}`)).status).toBe(204);
    expect((await call('GET', '/v1/me')).status).toBe(401);
    expect((await own.call('GET', '/v1/me/identities')).json.items).toEqual([]);
  });
});

describe('providers', () => {
  it('are shown by code and name to everybody, where the partner team lists them', async () => {
    const { json } = await api.call('GET', '/v1/sign-in/providers');
    expect(json).toEqual({ localLogin: true, items: [{ code: ALPHA, name: 'Alpha ID' }] });
  });

  it('never show their secret again: not in answers, audit trail or log', async () => {
    const made = await make({ companyId: companies.beta, code: 'secret-id' });
    expect(made.json.hasClientSecret).toBe(true);
    const changed = await change(made.json.id, { clientSecret: `${PROVIDER_SECRET}-2` });
    const listed = await api.call('GET', `/v1/identity-providers?companyId=${companies.beta}`, { token: vendor });
    expect(listed.json.items).toHaveLength(2);
    const audit = await api.database.asOwner('select * from audit_event');
    const told = [made.bytes, changed.bytes, listed.bytes, JSON.stringify(audit), api.logged()].join();
    expect(told).not.toContain(PROVIDER_SECRET);
    const stored = await api.database.asOwner('select * from identity_provider');
    expect(JSON.stringify(stored)).not.toContain(PROVIDER_SECRET);
    expect((await change(made.json.id, { clientSecret: null })).json.hasClientSecret).toBe(false);
  });

  it('are managed by who administers the whole company, and by nobody of another', async () => {
    const alpha = { companyId: companies.alpha };
    const own = await api.token('service_provider', alpha);
    const made = await make({ code: 'own-id' }, own);
    expect([made.status, made.json.companyId]).toEqual([201, companies.alpha]);
    const other = await api.token('service_provider', { companyId: companies.beta });
    for (const answer of [
      await change(made.json.id, { name: 'Taken over' }, other),
      await api.call('DELETE', `/v1/identity-providers/${made.json.id}`, { token: other }),
    ]) {
      expect([answer.status, answer.json.code]).toEqual([404, 'NOT_FOUND']);
    }
    const list = await api.call('GET', `/v1/identity-providers?companyId=${companies.alpha}`, { token: other });
    expect([list.status, list.json.code]).toEqual([404, 'NOT_FOUND']);
    expect((await make({ code: 'x-id', companyId: companies.alpha }, other)).json.errors[0].field).toBe('/companyId');
    const month = monthFixture(api.database.db);
    const tenantId = companies.beta;
    await month.run(
      `insert into tenant (msp_id, id, ref, name, state, created_at) values (:alpha, :tenantId, 'a', 'A', 'active', now())`,
      { alpha: companies.alpha, tenantId },
    );
    const limited = await api.token('service_provider', { ...alpha, tenantIds: [tenantId] });
    for (const answer of [
      await make({ code: 'limited-id' }, limited),
      await change(made.json.id, { levelClaim: 'groups', levels: LEVELS }, limited),
    ]) {
      expect([answer.status, answer.json.code]).toEqual([403, 'FORBIDDEN']);
    }
    expect((await api.call('GET', '/v1/identity-providers', { token: limited })).json.items).toEqual([]);
  });

  it('vouch for the mail domains that the partner team allows, whatever their company says', async () => {
    const own = await api.token('service_provider', { companyId: companies.alpha });
    for (const given of [{ mailDomains: ['vendor.example'] }, { listed: true }]) {
      const answer = await make({ code: 'domain-id', ...given }, own);
      expect([answer.status, answer.json.errors[0].field]).toEqual([403, `/${Object.keys(given)[0] ?? ''}`]);
    }
    const { json } = await make({ code: 'domain-id' }, own);
    expect((await change(json.id, { mailDomains: ['vendor.example'] }, own)).status).toBe(403);
    expect((await change(json.id, { mailDomains: ['vendor.example'] })).status).toBe(200);
    expect((await change(json.id, { name: 'Another name' }, own)).json.mailDomains).toEqual(['vendor.example']);
  });

  it('are asked over TLS, have a code of their own, and levels with their claim', async () => {
    const issuer = async (url: string) => (await make({ code: 'tls-id', issuer: url })).json.errors[0].field as string;
    expect(await issuer('http://id.example')).toBe('/issuer');
    expect(await issuer('http://127.0.0.1.evil.example')).toBe('/issuer');
    expect(await issuer('https://user:pass@id.example')).toBe('/issuer');
    expect((await make({ code: ALPHA })).json.code).toBe('NAME_TAKEN');
    expect((await make({ code: 'providers' })).status).toBe(422);
    expect((await make({ code: 'levels-id', levels: LEVELS })).json.errors[0].field).toBe('/levelClaim');
    expect((await make({ code: 'levels-id', makesPeople: true })).json.errors[0].field).toBe('/makesPeople');
    expect((await make({ code: 'levels-id', scopes: ['email'] })).json.errors[0].field).toBe('/scopes');
  });

  it('keep the levels that they give: one is not deleted, and names who gives it', async () => {
    const level = async (name: string) =>
      (await api.call('POST', '/v1/levels', { token: vendor, body: { name, copyOf: 'reader' } })).json.id as string;
    const remove = (id: string) => api.call('DELETE', `/v1/levels/${id}`, { token: vendor });
    const giving = (id: string) => ({ levelClaim: 'groups', levels: [{ value: 'staff', accessLevelId: id }] });
    const kept = await level('Given by claims');
    const made = await make({ code: 'giving-id', name: 'Giving ID', ...giving(kept) });
    expect(made.status).toBe(201);
    const refused = await remove(kept);
    expect([refused.status, refused.json.code]).toEqual([409, 'STATE_CONFLICT']);
    expect(refused.json.detail).toContain('identity provider "Giving ID" (giving-id)');
    await change(made.json.id, { levelClaim: null, levels: [] });
    expect((await remove(kept)).status).toBe(204);
    for (let round = 0; round < 12; round += 1) {
      const id = await level(`Short-lived ${round}`);
      const [given, removed] = await Promise.all([change(made.json.id, giving(id)), remove(id)]);
      expect([200, 204].filter((status) => status === given.status || status === removed.status)).toHaveLength(1);
      await change(made.json.id, { levelClaim: null, levels: [] });
    }
    // One that has ended gives nothing any more.
    const last = await level('Given by none');
    expect((await change(made.json.id, giving(last))).status).toBe(200);
    expect((await api.call('DELETE', `/v1/identity-providers/${made.json.id}`, { token: vendor })).status).toBe(204);
    expect((await remove(last)).status).toBe(204);
  });

  it('end with their sessions and what they gave', async () => {
    const code = 'ending-id';
    const ending = await providerFor(api, [code]);
    const body = { code, issuer: ending.issuer, levelClaim: 'groups', levels: LEVELS, makesPeople: true };
    const { json } = await make({ ...body, companyId: companies.alpha, mailDomains: ['alpha.example'] });
    const { sub, email } = await ending.somebody({ groups: ['kontor-readers'] });
    const call = await at.signedIn(code, sub);
    const { door, cookie } = await at.begin(code);
    expect((await api.call('DELETE', `/v1/identity-providers/${json.id}`, { token: vendor })).status).toBe(204);
    expect((await call('GET', '/v1/me')).status).toBe(401);
    expect((await membershipsOf(email)).map(({ ended }) => ended)).toEqual([true]);
    expect((await api.call('GET', `/v1/sign-in/${code}`)).status).toBe(404);
    const back = new URL(`${api.url}/v1/sign-in/${code}/callback?state=${door.searchParams.get('state') ?? ''}&code=x`);
    expect((await at.finish(back, cookie)).status).toBe(404);
    expect((await change(json.id, { name: 'Again' })).status).toBe(409);
    // Its address is known: nobody else answers at it.
    expect((await make({ ...body, companyId: companies.beta })).json.code).toBe('NAME_TAKEN');
    expect((await make({ ...body, companyId: companies.alpha })).status).toBe(201);
    await ending.stop();
  });

  it('make people whose maker is who set the provider up, so that both are one pair of eyes (rule 18)', async () => {
    const { sub, email } = await provider.somebody({ groups: ['kontor-admins'] });
    const { json } = await (await at.signedIn(TEAM, sub))('GET', '/v1/me');
    expect([json.company.id, json.view]).toEqual([PARTNER_TEAM, 'vendor']);
    const [made] = await api.database.asOwner<{ same: boolean }>(
      `select p.created_by ->> 'id' = i.set_by ->> 'id' as same from person p, identity_provider i
       where p.email = $1 and i.code = $2`,
      [email, TEAM],
    );
    expect(made?.same).toBe(true);
  });
});
