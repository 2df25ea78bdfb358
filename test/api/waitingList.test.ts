import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tellWaiting } from '../../activities/tellWaiting.js';
import { monthFixture } from '../support/month.js';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('a waiting list', () => {
  let api: TestApi;
  let mailbox: Mailbox;
  let token: string;
  let distributorId: string;
  let month: ReturnType<typeof monthFixture>;
  beforeAll(async () => {
    api = await startTestApi({ limits: { strangersPerHour: 1_000, guessesPerMinute: 10_000 } });
    mailbox = await openMailbox(api.database.db);
    token = await api.token('vendor');
    month = monthFixture(api.database.db);
    distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  });
  afterAll(async () => {
    await mailbox.close();
    await api.close();
  });

  const PATH = '/v1/programmes/msp/waiting-list';
  const ask = (email: string, over: object = {}) =>
    api.call('POST', PATH, { body: { country: 'FR', email, locale: 'en', ...over } });
  const linkTo = async (email: string) => (await mailbox.read(email)).at(-1)?.link ?? '';
  const confirm = (link: string) => api.call('POST', '/v1/waiting-list/confirm', { body: { link } });
  const withdraw = (link: string) => api.call('POST', '/v1/waiting-list/withdraw', { body: { link } });
  const lookUp = async (link: string) => (await api.call('POST', '/v1/links/look-up', { body: { link } })).json;
  const address = () => `${randomUUID()}@waiting.example`;
  const listed = async (email: string, query = '') =>
    (await api.call('GET', `${PATH}?limit=100${query}`, { token })).json.items.filter(
      (item: { email: string }) => item.email === email,
    );
  const open = (country: string) =>
    api.call('PUT', `/v1/programmes/msp/territories/${country}`, {
      token,
      body: { distributorId, opensOn: '2026-01-01' },
    });
  const tell = () => tellWaiting({ db: api.database.db })({ now: new Date().toISOString() });
  const subjects = async (email: string) => (await mailbox.read(email)).map(({ subject }) => subject);
  const trailOf = async (email: string) => {
    const [wish] = await month.run<{ id: string }>('select id from waiting_list where email = :email', { email });
    const trail = (await api.call('GET', '/v1/audit?subject=programme:msp&limit=100', { token })).json.items;
    return trail
      .filter((event: object) => JSON.stringify(event).includes(wish?.id ?? 'none'))
      .map(({ action, actor }: { action: string; actor: { name: string } }) => [action, actor.name]);
  };

  it('case 41: an address waits, and is told, once its owner has followed the link in its mail', async () => {
    const email = address();
    const asked = await ask(email, { country: 'SE' });
    expect([asked.status, asked.json]).toEqual([202, { programme: 'msp', country: 'SE' }]);
    expect(await listed(email)).toEqual([]);
    expect(await listed(email, '&state=unconfirmed')).toEqual([
      expect.objectContaining({ email, country: 'SE', confirmedAt: null, toldAt: null }),
    ]);
    const link = await linkTo(email);
    expect(await lookUp(link)).toEqual({
      ...{ kind: 'waiting', state: 'good', email, companyName: null, purpose: null, choosesPassword: false },
      waiting: { programmeName: expect.any(String), country: 'SE', confirmed: false },
    });
    const confirmed = await confirm(link);
    expect([confirmed.status, confirmed.json]).toEqual([
      200,
      { programme: 'msp', programmeName: expect.any(String), country: 'SE' },
    ]);
    expect(await listed(email)).toEqual([expect.objectContaining({ confirmedAt: expect.any(String), toldAt: null })]);
    expect(await listed(email, '&state=unconfirmed')).toEqual([]);
    expect(await trailOf(email)).toEqual([
      ['waitingList.confirmed', 'Owner of the address'],
      ['waitingList.asked', 'Applicant'],
    ]);
    await open('SE');
    expect(await tell()).toEqual({ told: 1 });
    expect(await tell()).toEqual({ told: 0 });
    expect(await subjects(email)).toEqual([
      expect.stringContaining('Do you want to be told'),
      expect.stringContaining('is open in Sweden'),
    ]);
    expect(await lookUp(link)).toMatchObject({ kind: 'waiting', state: 'used', email: null, waiting: null });
    for (const of of [confirm, withdraw]) expect((await of(link)).json.code).toBe('LINK_INVALID');
  });

  it('case 41: nobody is told at an address that nobody confirmed', async () => {
    const email = address();
    await ask(email, { country: 'NO' });
    await open('NO');
    expect(await tell()).toEqual({ told: 0 });
    expect(await subjects(email)).toEqual([expect.stringContaining('Do you want to be told')]);
  });

  it('case 41: an address is asked three times a day, for whatever country, and the answers tell not whether it waits', async () => {
    const [stranger, waits] = [address(), address()];
    await ask(waits);
    const link = await linkTo(waits);
    await confirm(link);
    const countries = ['FR', 'ES', 'FR', 'FR'];
    const answers = async (email: string, from: number) => {
      const given = [];
      for (const country of countries.slice(from)) {
        const start = performance.now();
        const { status, json } = await ask(email.toUpperCase(), { country });
        if (status === 202) expect(performance.now() - start).toBeGreaterThan(390);
        await mailbox.read(email);
        given.push([status, json.code, json.errors]);
      }
      return given;
    };
    await ask(stranger);
    await mailbox.read(stranger);
    expect(await answers(waits, 1)).toEqual(await answers(stranger, 1));
    const refused = await ask(waits);
    expect([refused.status, refused.json.code, refused.json.errors[0].field]).toEqual([429, 'RATE_LIMITED', '/email']);
    // Who waits for France already has heard of Spain alone.
    expect([await subjects(stranger), await subjects(waits)].map(({ length }) => length)).toEqual([3, 2]);
    // The link by which she gets off the list is the one that she has.
    expect(await lookUp(link)).toMatchObject({ state: 'good', waiting: { confirmed: true } });
    const crowd = address();
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await ask(crowd)).status));
    expect(statuses.sort()).toEqual([202, 202, 202, 429, 429, 429, 429, 429]);
  });

  it('case 41: sign-ups and waiting lists share what an address is asked a day', async () => {
    const email = address();
    await open('IT');
    const company = { name: 'MSP', registrationNumber: randomUUID(), address: ['Via 1'], country: 'IT' };
    const signUp = () =>
      api.call('POST', '/v1/registrations', {
        body: {
          ...{ programme: 'msp', company, contact: { name: 'C', email } },
          ...{ locale: 'it', zone: 'Europe/Rome' },
        },
      });
    expect([(await signUp()).status, (await ask(email)).status, (await signUp()).status]).toEqual([202, 202, 202]);
    expect([(await ask(email)).status, (await signUp()).status]).toEqual([429, 429]);
  });

  it('asked again before it is confirmed mails another link, which alone is good', async () => {
    const email = address();
    await ask(email);
    const first = await linkTo(email);
    await ask(email, { locale: 'de' });
    const second = await linkTo(email);
    expect((await subjects(email)).at(-1)).toContain('Möchten Sie');
    expect((await lookUp(first)).state).toBe('withdrawn');
    expect([(await confirm(first)).status, (await confirm(second)).status]).toEqual([410, 200]);
    expect(await listed(email)).toHaveLength(1);
  });

  it('is confirmed once, by two at once and again; its link stays good to withdraw it', async () => {
    const email = address();
    await ask(email);
    const link = await linkTo(email);
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(link)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await trailOf(email)).map(([action]: string[]) => action)).toEqual([
      'waitingList.confirmed',
      'waitingList.asked',
    ]);
    // However long it has waited.
    await month.run(`update waiting_list set confirm_until = now() - interval '3 years' where email = :email`, {
      email,
    });
    const withdrawn = await Promise.all([withdraw(link), withdraw(link)]);
    expect(withdrawn.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(await listed(email)).toEqual([]);
    expect((await lookUp(link)).state).toBe('withdrawn');
    expect((await confirm(link)).json.code).toBe('LINK_INVALID');
    await ask(email);
    expect((await confirm(await linkTo(email))).status).toBe(200);
    expect(await listed(email)).toHaveLength(1);
  });

  it('whoever did not ask gets off it without confirming', async () => {
    const email = address();
    await ask(email);
    const link = await linkTo(email);
    expect((await withdraw(link)).status).toBe(200);
    expect(await listed(email, '&state=unconfirmed')).toEqual([]);
  });

  it('told and withdrawn at once is one of the two', async () => {
    const links = [];
    for (let n = 0; n < 4; n += 1) {
      const email = address();
      await ask(email, { country: 'DK' });
      links.push(await linkTo(email));
      await confirm(links.at(-1) ?? '');
    }
    await open('DK');
    const [{ told }, ...answers] = await Promise.all([tell(), ...links.map((link) => withdraw(link))]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4 - told);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(told);
  });

  it('expires where its address is not confirmed in time, and may be asked for again', async () => {
    const email = address();
    await ask(email);
    const link = await linkTo(email);
    await month.run(
      `with w as (update waiting_list set confirm_until = now() where email = :email returning id)
       update one_time_link set expires_at = now() from w where waiting_id = w.id`,
      { email },
    );
    expect((await confirm(link)).json.code).toBe('LINK_INVALID');
    expect((await lookUp(link)).state).toBe('expired');
    expect(await listed(email, '&state=unconfirmed')).toEqual([]);
    await ask(email);
    expect((await confirm(await linkTo(email))).status).toBe(200);
  });

  it('case 42: its mail holds no word that anybody wrote into the form', async () => {
    const email = 'click.here.to.pay@waiting.example';
    await ask(email);
    const [mail] = await mailbox.read(email);
    expect(mail?.text).not.toContain('click');
    expect(mail?.text).toContain('France');
  });

  it('its links are none of another kind, nor the other way round', async () => {
    const email = address();
    await ask(email);
    const link = await linkTo(email);
    const post = (path: string, body: object) => api.call('POST', path, { body });
    for (const path of ['/v1/contacts/confirm', '/v1/registrations/own', '/v1/registrations/own/withdraw']) {
      expect((await post(path, { link })).json.code).toBe('LINK_INVALID');
    }
    const password = 'correct horse battery staple';
    expect((await post('/v1/password/by-link', { link, password })).json.code).toBe('LINK_INVALID');
    const invited = `${randomUUID()}@people.example`;
    const person = { name: 'Anna Example', email: invited, locale: 'en', zone: 'UTC', level: 'reader' };
    await api.call('POST', '/v1/people', { token, body: person });
    for (const other of [await linkTo(invited), 'x'.repeat(43)]) {
      for (const of of [confirm, withdraw]) {
        const answer = await of(other);
        expect([answer.status, answer.json.code]).toEqual([410, 'LINK_INVALID']);
      }
    }
    expect((await confirm(link)).status).toBe(200);
  });

  it('of a programme that ends takes nobody, and tells nobody', async () => {
    const code = await month.programme({ code: 'ending' });
    const path = `/v1/programmes/${code}/waiting-list`;
    const email = address();
    const body = { country: 'FI', email, locale: 'en' };
    expect((await api.call('POST', path, { body })).status).toBe(202);
    await confirm(await linkTo(email));
    await month.run(`update programme set last_period = '2026-01' where code = :code`, { code });
    await month.run(
      `insert into territory (programme_code, country, distributor_id, opens_on) values (:code, 'FI', :distributorId, '2026-01-01')`,
      { code, distributorId },
    );
    expect(await tell()).toEqual({ told: 0 });
    const refused = await api.call('POST', path, { body: { ...body, country: 'FR' } });
    expect([refused.status, refused.json.code]).toEqual([409, 'STATE_CONFLICT']);
  });

  it('is taken from one host so many times an hour', async () => {
    const small = await startTestApi({ limits: { strangersPerHour: 2 } });
    try {
      const statuses = [];
      for (let n = 0; n < 3; n += 1) {
        const body = { country: 'FR', email: `office${n}@host.example`, locale: 'en' };
        statuses.push((await small.call('POST', PATH, { body })).status);
      }
      expect(statuses).toEqual([404, 404, 429]);
    } finally {
      await small.close();
    }
  });
});
