import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tellWaiting } from '../../activities/tellWaiting.js';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('a territory', () => {
  let api: TestApi;
  let mailbox: Mailbox;
  let token: string;
  let distributorId: string;
  beforeAll(async () => {
    api = await startTestApi();
    mailbox = await openMailbox(api.database.db);
    token = await api.token('vendor', { name: 'Partner One' });
    distributorId = await monthFixture(api.database.db).distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  });
  afterAll(async () => {
    await mailbox.close();
    await api.close();
  });

  const path = (country: string) => `/v1/programmes/msp/territories/${country}`;
  const put = (country: string, body: object) =>
    api.call('PUT', path(country), { token, body: { distributorId, opensOn: '2026-01-01', ...body } });
  const register = (country: string) =>
    api.call('POST', '/v1/registrations', {
      body: {
        programme: 'msp',
        company: { name: 'MSP', registrationNumber: `R ${country}`, address: ['Via 1'], country },
        contact: { name: 'Contact', email: `office@${country.toLowerCase()}.example` },
        locale: 'it',
        zone: 'Europe/Rome',
      },
    });
  const wait = (country: string, email: string) =>
    api.call('POST', '/v1/programmes/msp/waiting-list', { body: { country, email, locale: 'de' } });

  it('is set, listed and shown, and names a distributor that there is', async () => {
    const territory = { programme: 'msp', country: 'IT', distributorId, opensOn: '2026-01-01', closesOn: null };
    expect([(await put('IT', {})).status, (await put('IT', {})).json]).toEqual([200, territory]);
    expect((await api.call('GET', path('IT'), { token })).json).toEqual(territory);
    const list = await api.call('GET', '/v1/programmes/msp/territories', { token });
    expect(list.json.items).toEqual([territory]);
    const unknown = await put('IT', { distributorId: '6f1c1a52-0000-4000-8000-000000000000' });
    expect(unknown.json.errors[0].field).toBe('/distributorId');
    expect((await put('IT', { closesOn: '2025-12-31' })).json.errors[0].field).toBe('/closesOn');
    expect((await api.call('GET', path('FR'), { token })).status).toBe(404);
    const elsewhere = { token, body: { distributorId, opensOn: '2026-01-01' } };
    expect((await api.call('PUT', '/v1/programmes/nowhere/territories/IT', elsewhere)).status).toBe(404);
  });

  it('takes registrations between its opening and its closing, and says when it opens', async () => {
    await put('AT', { opensOn: '2098-05-01' });
    await put('CH', { opensOn: '2026-01-01', closesOn: '2026-02-01' });
    const early = await register('AT');
    expect([early.status, early.json.code, early.json.errors[0].field]).toEqual([
      422,
      'TERRITORY_NOT_SERVED',
      '/company/country',
    ]);
    expect(early.json.detail).toContain('opens in AT on 2098-05-01');
    expect(early.json.detail).toContain('/v1/programmes/msp/waiting-list');
    for (const country of ['CH', 'FR']) expect((await register(country)).json.code).toBe('TERRITORY_NOT_SERVED');
    await put('SI', {});
    expect((await register('SI')).status).toBe(202);
  });

  it('that is removed takes no more registrations from today on', async () => {
    await put('HR', {});
    await put('RO', { opensOn: '2098-01-01' });
    expect((await api.call('DELETE', path('HR'), { token })).status).toBe(204);
    expect((await api.call('DELETE', path('RO'), { token })).status).toBe(204);
    const today = new Date().toLocaleDateString('sv', { timeZone: 'Europe/Berlin' });
    expect((await api.call('GET', path('HR'), { token })).json.closesOn).toBe(today);
    expect((await api.call('GET', path('RO'), { token })).status).toBe(404);
    expect((await register('HR')).json.code).toBe('TERRITORY_NOT_SERVED');
    const trail = await api.call('GET', '/v1/audit?subject=territory:msp:HR', { token });
    expect(trail.json.items[0]).toMatchObject({
      action: 'territory.closed',
      actor: { kind: 'person', name: 'Partner One' },
    });
    expect((await api.call('DELETE', path('ES'), { token })).status).toBe(404);
  });

  it('that opens is told to those who wait for it, each once', async () => {
    const addresses = ['one@se.example', 'two@se.example', 'one@fi.example'];
    for (const email of addresses) {
      expect((await wait(email.includes('@se') ? 'SE' : 'FI', email)).status).toBe(202);
      const link = (await mailbox.read(email)).at(-1)?.link;
      expect((await api.call('POST', '/v1/waiting-list/confirm', { body: { link } })).status).toBe(200);
    }
    await wait('SE', 'never-confirmed@se.example');
    const list = await api.call('GET', '/v1/programmes/msp/waiting-list', { token });
    expect(list.json.items.map(({ email }: { email: string }) => email)).toEqual(addresses);
    await put('SE', { opensOn: '2027-03-01' });
    const tell = (now: string) => tellWaiting({ db: api.database.db })({ now });
    expect(await tell('2027-02-28T22:59:59Z')).toEqual({ told: 0 });
    // Midnight in Berlin, the zone of the programme.
    expect(await tell('2027-02-28T23:00:00Z')).toEqual({ told: 2 });
    expect(await tell('2027-03-02T00:00:00Z')).toEqual({ told: 0 });
    const mails = await api.database.asOwner(
      `select recipient, locale, params ->> 'country' as country from outbox where kind = 'territoryOpened' order by id`,
    );
    expect(mails).toEqual(
      expect.arrayContaining([
        { recipient: 'one@se.example', locale: 'de', country: 'Schweden' },
        { recipient: 'two@se.example', locale: 'de', country: 'Schweden' },
      ]),
    );
    expect(mails).toHaveLength(2);
  });

  it('that is open has no waiting list, and a programme that is none neither', async () => {
    await put('PT', {});
    const answer = await wait('PT', 'one@pt.example');
    expect([answer.status, answer.json.code, answer.json.errors[0].field]).toEqual([409, 'STATE_CONFLICT', '/country']);
    const body = { country: 'PT', email: 'one@pt.example', locale: 'de' };
    expect((await api.call('POST', '/v1/programmes/nowhere/waiting-list', { body })).status).toBe(404);
  });
});
