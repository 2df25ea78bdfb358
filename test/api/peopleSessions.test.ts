import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPerson, browser, PASSWORD } from '../support/people.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('a session', () => {
  let api: TestApi;
  let mspId: string;

  beforeAll(async () => {
    api = await startTestApi({ limits: { guessesPerMinute: 10_000 } });
    const month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
  });
  afterAll(() => api.close());

  const audit = async (personId: string) => {
    const token = await api.token('vendor');
    const { json } = await api.call('GET', `/v1/audit?subject=person:${personId}`, { token });
    return json.items.map(({ action }: { action: string }) => action) as string[];
  };

  it('opens with address and password, in whatever case the address is typed, and ends when signed out', async () => {
    const person = await addPerson(api.database.db);
    const anna = browser(api);
    const opened = await anna.signIn(person.email.toUpperCase());
    expect(opened.status).toBe(201);
    expect(opened.headers.get('cache-control')).toBe('no-store');
    const cookie = opened.headers.get('set-cookie') ?? '';
    for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(part);
    expect(cookie).not.toContain('Secure');
    expect(cookie).not.toContain('Domain');
    expect(opened.json.csrfToken).toBe(anna.headers()['kontor-csrf-token']);
    expect((await anna.call('GET', '/v1/me')).json).toMatchObject({ kind: 'person', id: person.id, view: 'vendor' });
    const shown = await anna.call('GET', '/v1/session');
    expect(shown.json).toEqual(opened.json);
    const before = anna.headers();
    expect((await anna.call('DELETE', '/v1/session')).status).toBe(204);
    expect(anna.cookie()).toBe('');
    expect((await api.call('GET', '/v1/me', { headers: before })).status).toBe(401);
    expect(await audit(person.id)).toEqual(['session.ended', 'session.opened']);
    const stored = await api.database.asOwner<object>('select * from session');
    expect(JSON.stringify(stored)).not.toContain(before.cookie?.split('=')[1]);
    expect(api.logged()).not.toContain(before.cookie?.split('=')[1]);
  });

  it('gets another secret at each sign-in, whatever cookie is sent along: none can be planted', async () => {
    const person = await addPerson(api.database.db);
    const planted = 'A'.repeat(43);
    const answer = await api.call('POST', '/v1/session', {
      body: { email: person.email, password: PASSWORD },
      headers: { cookie: `kontor_session=${planted}` },
    });
    expect(answer.headers.get('set-cookie')).not.toContain(planted);
    expect((await api.call('GET', '/v1/me', { headers: { cookie: `kontor_session=${planted}` } })).status).toBe(401);
    const first = browser(api);
    await first.signIn(person.email);
    const [own, secret] = [first.headers(), first.cookie()];
    await first.signIn(person.email);
    expect(first.cookie()).not.toBe(secret);
    expect((await api.call('GET', '/v1/me', { headers: own })).status).toBe(401);
    // Two cookies of the name: one was planted by a neighbour.
    const now = first.headers();
    expect((await api.call('GET', '/v1/me', { headers: now })).status).toBe(200);
    const both = { ...now, cookie: `kontor_session=${planted}; ${now.cookie ?? ''}` };
    expect((await api.call('GET', '/v1/me', { headers: both })).status).toBe(401);
  });

  it('changes nothing for a page that is not ours', async () => {
    const person = await addPerson(api.database.db);
    const anna = browser(api);
    await anna.signIn(person.email);
    const { cookie = '', 'kontor-csrf-token': csrf = '' } = anna.headers();
    const post = async (headers: Record<string, string>) =>
      (await api.call('POST', '/v1/me/sessions/end-others', { headers })).json?.code as string | undefined;
    expect(await post({ cookie })).toBe('CSRF_TOKEN_INVALID');
    expect(await post({ cookie, 'kontor-csrf-token': `${csrf.slice(0, -1)}_` })).toBe('CSRF_TOKEN_INVALID');
    expect(await post({ cookie, 'kontor-csrf-token': '' })).toBe('CSRF_TOKEN_INVALID');
    expect(await post({ cookie, 'kontor-csrf-token': csrf, origin: 'https://evil.example' })).toBe(
      'ORIGIN_NOT_ALLOWED',
    );
    expect(await post({ cookie, 'kontor-csrf-token': csrf, origin: 'null' })).toBe('ORIGIN_NOT_ALLOWED');
    expect(await post({ cookie, 'kontor-csrf-token': csrf, origin: api.url })).toBeUndefined();
    const other = browser(api);
    await other.signIn(person.email);
    expect(await post({ cookie, 'kontor-csrf-token': other.headers()['kontor-csrf-token'] ?? '' })).toBe(
      'CSRF_TOKEN_INVALID',
    );
    // Reading needs no token, and no other page can read the answer.
    expect((await api.call('GET', '/v1/me', { headers: { cookie } })).status).toBe(200);
    const foreign = await api.call('POST', '/v1/session', {
      body: { email: person.email, password: PASSWORD },
      headers: { origin: 'https://evil.example' },
    });
    expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([403, null]);
    expect((await api.call('GET', '/v1/me', { headers: { cookie } })).headers.get('access-control-allow-origin')).toBe(
      null,
    );
    const plain = await api.call('POST', '/v1/session', {
      body: { email: person.email, password: PASSWORD },
      headers: { 'content-type': 'text/plain' },
    });
    expect(plain.status).toBe(415);
  });

  it('is not needed beside a token, and a token is not enough for what is a person’s own', async () => {
    const token = await api.token('vendor');
    const planted = { cookie: `kontor_session=${'A'.repeat(43)}` };
    expect((await api.call('GET', '/v1/me', { token, headers: planted })).status).toBe(200);
    expect((await api.call('GET', '/v1/me/sessions', { token })).json.code).toBe('FORBIDDEN');
    const person = await addPerson(api.database.db);
    const anna = browser(api);
    await anna.signIn(person.email);
    const wrongToken = { ...anna.headers(), authorization: 'Bearer wrong' };
    expect((await api.call('GET', '/v1/me', { headers: wrongToken })).status).toBe(401);
  });

  it('acts for one company in one view at a time, switches, and has another secret then', async () => {
    const person = await addPerson(api.database.db);
    const { id, db } = { id: person.id, db: api.database };
    const [row] = await db.asOwner<{ id: string }>(
      `insert into membership (id, company_id, person_id, system_level, from_at, created_at, created_by)
       values (gen_random_uuid(), $1, $2, 'operator', now(), now(), '{}') returning id`,
      [mspId, id],
    );
    const anna = browser(api);
    await anna.signIn(person.email);
    const list = await anna.call('GET', '/v1/me/memberships');
    expect(list.json.items.map(({ view }: { view: string }) => view)).toEqual(['vendor', 'service_provider']);
    const before = anna.headers();
    const wrong = await anna.call('POST', '/v1/me/acting', { membershipId: row!.id, view: 'vendor' });
    expect([wrong.status, wrong.json.errors[0].field]).toEqual([422, '/membershipId']);
    const stranger = await addPerson(api.database.db);
    const theirs = await anna.call('POST', '/v1/me/acting', { membershipId: stranger.membershipId, view: 'vendor' });
    expect(theirs.status).toBe(422);
    const switched = await anna.call('POST', '/v1/me/acting', { membershipId: row!.id, view: 'service_provider' });
    expect(switched.status).toBe(200);
    expect((await api.call('GET', '/v1/me', { headers: before })).status).toBe(401);
    const me = await anna.call('GET', '/v1/me');
    expect(me.json).toMatchObject({ view: 'service_provider', level: 'operator', company: { id: mspId } });
    expect((await anna.call('GET', '/v1/programmes')).status).toBe(403);
    const again = browser(api);
    expect((await again.signIn(person.email)).json.actingFor.view).toBe('service_provider');
    await db.asOwner(`update membership set until_at = now() where id = $1`, [row!.id]);
    expect((await anna.call('GET', '/v1/me')).status).toBe(401);
    expect((await anna.signIn(person.email)).json.actingFor.view).toBe('vendor');
  });

  it('is listed for its person alone, who ends one or all others', async () => {
    const person = await addPerson(api.database.db);
    const [desk, phone, lost] = [browser(api), browser(api), browser(api)];
    for (const each of [desk, phone, lost]) await each.signIn(person.email);
    const stranger = browser(api);
    await stranger.signIn((await addPerson(api.database.db)).email);
    const { json } = await desk.call('GET', '/v1/me/sessions');
    expect(json.items).toHaveLength(3);
    expect(json.items.map(({ current }: { current: boolean }) => current)).toEqual([false, false, true]);
    const [{ id }] = json.items;
    expect((await stranger.call('DELETE', `/v1/me/sessions/${id}`)).status).toBe(404);
    expect((await desk.call('DELETE', `/v1/me/sessions/${id}`)).status).toBe(204);
    expect((await lost.call('GET', '/v1/me')).status).toBe(401);
    expect((await desk.call('POST', '/v1/me/sessions/end-others')).status).toBe(204);
    expect((await phone.call('GET', '/v1/me')).status).toBe(401);
    expect((await desk.call('GET', '/v1/me')).status).toBe(200);
    expect((await stranger.call('GET', '/v1/me')).status).toBe(200);
  });

  it('ends after half an hour without a request, twelve hours after it began, and with its person', async () => {
    const person = await addPerson(api.database.db);
    const works = async () => {
      const anna = browser(api);
      await anna.signIn(person.email);
      expect((await anna.call('GET', '/v1/me')).status).toBe(200);
      return async (change: string) => {
        await api.database.asOwner(`update session set ${change} where person_id = $1 and ended_at is null`, [
          person.id,
        ]);
        return (await anna.call('GET', '/v1/me')).status;
      };
    };
    const minutes = (n: number) => `last_used_at = now() - interval '${n} minutes'`;
    const after = await works();
    expect([await after(minutes(29)), await after(minutes(29)), await after(minutes(31))]).toEqual([200, 200, 401]);
    const [{ left } = { left: '' }] = await api.database.asOwner<{ left: string }>(
      `select extract(epoch from ends_at - opened_at)::text as left from session where person_id = $1`,
      [person.id],
    );
    expect(Number(left)).toBe(12 * 3_600);
    expect(await (await works())('ends_at = now()')).toBe(401);
    const ended = await works();
    await api.database.asOwner(`update person set state = 'ended', ended_at = now() where id = $1`, [person.id]);
    expect(await ended('agent = agent')).toBe(401);
  });

  it('is not opened for who has no access, and after a wrong password', async () => {
    const person = await addPerson(api.database.db);
    const anna = browser(api);
    expect((await anna.signIn(person.email, 'wrong horse battery')).json.code).toBe('UNAUTHENTICATED');
    await api.database.asOwner('update membership set until_at = now() where person_id = $1', [person.id]);
    expect((await anna.signIn(person.email)).json.code).toBe('FORBIDDEN');
    expect(anna.cookie()).toBe('');
  });
});

describe('guessing', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ limits: { guessesPerMinute: 10_000 } });
  });
  afterAll(() => api.close());

  it('looks the same for an address with a login and one without, in answer, waits and time', async () => {
    const person = await addPerson(api.database.db);
    const tries = async (email: string) => {
      const answers: unknown[] = [];
      const start = performance.now();
      for (let turn = 0; turn < 6; turn += 1) {
        const { status, json } = await browser(api).signIn(email, 'wrong horse battery');
        answers.push([status, json.code, String(json.detail).replaceAll(/\d+/g, 'n')]);
      }
      return { answers, ms: performance.now() - start };
    };
    const [known, unknown] = [await tries(person.email), await tries('nobody@people.example')];
    expect(known.answers).toEqual(unknown.answers);
    expect(known.answers.at(-1)).toEqual([429, 'RATE_LIMITED', 'Too many tries have failed; try again in n seconds.']);
    expect(unknown.ms).toBeGreaterThan(known.ms / 3);
    expect(known.ms).toBeGreaterThan(unknown.ms / 3);
  });

  it('is stopped after five tries, also when all come at once, with waits that grow', async () => {
    const person = await addPerson(api.database.db);
    const all = await Promise.all(
      Array.from({ length: 12 }, (_each, n) =>
        browser(api).signIn(n % 2 === 0 ? person.email : person.email.toUpperCase(), `wrong horse battery ${n}`),
      ),
    );
    expect(all.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(7);
    const wait = async () => {
      const { json } = await browser(api).signIn(person.email);
      return Number(/in (\d+) seconds/.exec(json.detail)?.[1]);
    };
    const waits = [await wait()];
    for (let turn = 0; turn < 3; turn += 1) {
      await api.database.asOwner('update sign_in_failure set wait_until = now() where wait_until > now()');
      await browser(api).signIn(person.email, 'wrong horse battery');
      waits.push(await wait());
    }
    const rough = waits.map((seconds) => Math.round(seconds / 60));
    expect(rough).toEqual([1, 2, 4, 8]);
    await api.database.asOwner('update sign_in_failure set wait_until = now() where wait_until > now()');
    const right = browser(api);
    expect((await right.signIn(person.email)).status).toBe(201);
    expect((await right.signIn(person.email, 'wrong horse battery')).status).toBe(401);
    expect((await right.signIn(person.email)).status).toBe(201);
    const mails = await api.database.asOwner<{ kind: string }>(`select kind from outbox where recipient = $1`, [
      person.email,
    ]);
    expect(mails.map(({ kind }) => kind)).toEqual(['signInLocked']);
    const [event] = await api.database.asOwner<{ subject: string }>(
      `select subject from audit_event where action = 'person.lockedOut' order by id desc limit 1`,
    );
    expect(event?.subject).toBe(`person:${person.id}`);
    expect(JSON.stringify(await api.database.asOwner('select * from sign_in_failure'))).not.toContain(person.email);
  });

  it('leaves the host itself less room than an attack needs', async () => {
    await api.database.asOwner('update sign_in_failure set failures = 100, last_at = now(), wait_until = null');
    await browser(api).signIn('one@people.example', 'wrong horse battery');
    const { status } = await browser(api).signIn('two@people.example', 'wrong horse battery');
    expect(status).toBe(429);
  });
});

describe('trying many passwords a minute', () => {
  it('is refused before any is looked at', async () => {
    const api = await startTestApi({ limits: { guessesPerMinute: 2 } });
    const statuses: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      statuses.push((await browser(api).signIn(`${turn}@people.example`, 'wrong horse battery')).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
    await api.close();
  });
});
