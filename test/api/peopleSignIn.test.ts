import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { addPerson, browser, codeOf, PASSWORD } from '../support/people.js';
import { startTestApi, type TestApi } from './testApi.js';

const NEW_PASSWORD = 'staple battery horse correct';

let api: TestApi;
let mailbox: Mailbox;

beforeAll(async () => {
  api = await startTestApi({ limits: { guessesPerMinute: 10_000 }, trustedProxies: 1 });
  mailbox = await openMailbox(api.database.db);
});
afterAll(async () => {
  await mailbox.close();
  await api.close();
});

async function signedIn() {
  const person = await addPerson(api.database.db);
  const anna = browser(api);
  expect((await anna.signIn(person.email)).status).toBe(201);
  return { person, anna };
}

const byLink = (link: string, password?: string) =>
  api.call('POST', '/v1/password/by-link', { body: { link, ...(password === undefined ? {} : { password }) } });

const forgotten = (email: string) => api.call('POST', '/v1/password/forgotten', { body: { email } });

describe('a forgotten password', () => {
  it('is replaced by the link of a mail, once; sessions end, and waits with them', async () => {
    const { person, anna } = await signedIn();
    for (let turn = 0; turn < 6; turn += 1) await browser(api).signIn(person.email, 'wrong horse battery');
    expect((await forgotten(person.email.toUpperCase())).status).toBe(202);
    const mail = (await mailbox.read(person.email)).at(-1)!;
    expect(mail.subject).toBe('Choose a new password for Kontor');
    expect(JSON.stringify(await api.database.asOwner('select * from outbox'))).not.toContain(mail.link);
    expect(JSON.stringify(await api.database.asOwner('select * from one_time_link'))).not.toContain(mail.link);
    expect((await byLink(mail.link)).json.errors[0].field).toBe('/password');
    expect((await byLink(mail.link, 'short')).json.errors[0].field).toBe('/password');
    expect((await byLink(mail.link, person.email)).json.errors[0].field).toBe('/password');
    expect((await byLink(mail.link, NEW_PASSWORD)).status).toBe(204);
    expect((await anna.call('GET', '/v1/me')).status).toBe(401);
    expect((await anna.signIn(person.email)).status).toBe(401);
    expect((await anna.signIn(person.email, NEW_PASSWORD)).status).toBe(201);
    expect((await mailbox.read(person.email)).at(-1)?.text).toContain('Your password was changed.');
    const again = await byLink(mail.link, NEW_PASSWORD);
    expect([again.status, again.json.code]).toEqual([410, 'LINK_INVALID']);
  });

  it('that is the first one of somebody whom a provider lets in is told as well', async () => {
    const person = await addPerson(api.database.db);
    await api.database.asOwner('delete from person_password where person_id = $1', [person.id]);
    await forgotten(person.email);
    const { link } = (await mailbox.read(person.email)).at(-1)!;
    expect((await byLink(link, NEW_PASSWORD)).status).toBe(204);
    expect((await mailbox.read(person.email)).at(-1)?.text).toContain('A password was set');
  });

  it('tells nobody whether there is a login, in answer and time', async () => {
    const person = await addPerson(api.database.db);
    const timed = async (email: string) => {
      const start = performance.now();
      const { status, bytes } = await forgotten(email);
      expect([status, bytes.length]).toEqual([202, 0]);
      return performance.now() - start;
    };
    const [known, unknown] = [await timed(person.email), await timed('nobody@people.example')];
    expect(Math.min(known, unknown)).toBeGreaterThan(390);
    expect(await mailbox.read('nobody@people.example')).toEqual([]);
  });

  it('takes one of two who use the same link at once', async () => {
    const person = await addPerson(api.database.db);
    await forgotten(person.email);
    const { link } = (await mailbox.read(person.email)).at(-1)!;
    const passwords = Array.from({ length: 4 }, (_each, n) => `${NEW_PASSWORD} ${n}`);
    const statuses = (await Promise.all(passwords.map((password) => byLink(link, password)))).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted()).toEqual([204, 410, 410, 410]);
    const winner = passwords[statuses.indexOf(204)] ?? '';
    expect((await browser(api).signIn(person.email, winner)).status).toBe(201);
  });

  it('case 41: is three mails an hour also where it is asked for many times at once', async () => {
    const person = await addPerson(api.database.db);
    await Promise.all(Array.from({ length: 12 }, () => forgotten(person.email)));
    const kept = await api.database.asOwner('select id from outbox where recipient = $1', [person.email]);
    expect(kept).toHaveLength(3);
  });

  it('has one good link at a time, for an hour, and three an hour', async () => {
    const person = await addPerson(api.database.db);
    await forgotten(person.email);
    const [first] = await mailbox.read(person.email);
    await forgotten(person.email);
    const [, second] = await mailbox.read(person.email);
    expect((await byLink(first!.link, NEW_PASSWORD)).json.code).toBe('LINK_INVALID');
    await api.database.asOwner(`update one_time_link set expires_at = now() where person_id = $1`, [person.id]);
    expect((await byLink(second!.link, NEW_PASSWORD)).json.code).toBe('LINK_INVALID');
    for (let turn = 0; turn < 3; turn += 1) await forgotten(person.email);
    expect(await mailbox.read(person.email)).toHaveLength(3);
    expect((await byLink('A'.repeat(43), NEW_PASSWORD)).json.code).toBe('LINK_INVALID');
  });

  it('is none of somebody who has ended', async () => {
    const person = await addPerson(api.database.db);
    await forgotten(person.email);
    const [{ link } = { link: '' }] = await mailbox.read(person.email);
    await api.database.asOwner(`update person set state = 'ended', ended_at = now() where id = $1`, [person.id]);
    expect((await byLink(link, NEW_PASSWORD)).json.code).toBe('LINK_INVALID');
    await forgotten(person.email);
    expect(await mailbox.read(person.email)).toHaveLength(1);
  });
});

describe('sessions in wrong hands', () => {
  it('are ended by the partner team, and nobody learns from it who has a login', async () => {
    const { person, anna } = await signedIn();
    const helper = (await signedIn()).anna;
    const end = (id: string) =>
      helper.call('POST', `/v1/people/${id}/sessions/end`, { reason: 'her laptop was stolen' });
    expect((await end(person.id)).status).toBe(204);
    expect((await anna.call('GET', '/v1/me')).status).toBe(401);
    expect((await anna.signIn(person.email)).status).toBe(201);
    expect((await end('6f1c1a52-0000-4000-8000-000000000000')).status).toBe(404);
  });
});

describe('changing the password', () => {
  it('asks for the present one, ends other sessions and gives this one another secret', async () => {
    const { person, anna } = await signedIn();
    const other = browser(api);
    await other.signIn(person.email);
    const before = anna.headers();
    const wrong = await anna.call('PUT', '/v1/me/password', { current: 'wrong horse battery', password: NEW_PASSWORD });
    expect(wrong.status).toBe(401);
    const changed = await anna.call('PUT', '/v1/me/password', { current: PASSWORD, password: NEW_PASSWORD });
    expect([changed.status, changed.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(changed.json.csrfToken).toBe(anna.headers()['kontor-csrf-token']);
    expect((await anna.call('GET', '/v1/me')).status).toBe(200);
    expect((await api.call('GET', '/v1/me', { headers: before })).status).toBe(401);
    expect((await other.call('GET', '/v1/me')).status).toBe(401);
    expect((await other.signIn(person.email, NEW_PASSWORD)).status).toBe(201);
    const [mail] = (await mailbox.read(person.email)).slice(-1);
    expect([mail?.subject, mail?.link]).toEqual(['How you sign in to Kontor has changed', '']);
    expect(mail?.text).toContain('Your password was changed.');
  });
});

describe('an authenticator', () => {
  const setUp = async () => {
    const { person, anna } = await signedIn();
    const made = await anna.call('POST', '/v1/me/totp', { password: PASSWORD });
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { secret, uri } = made.json as { secret: string; uri: string };
    expect(uri).toContain(`secret=${secret}`);
    const confirmed = await anna.call('POST', '/v1/me/totp/confirm', { code: codeOf(secret, -1) });
    expect(confirmed.status).toBe(200);
    return { person, anna, secret, codes: confirmed.json.recoveryCodes as string[] };
  };

  it('is asked for once it is confirmed, and each code counts once', async () => {
    const { person, anna, secret, codes } = await setUp();
    expect(codes).toHaveLength(10);
    const now = browser(api);
    const first = await now.signIn(person.email);
    expect([first.status, first.json.code]).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
    expect(first.headers.get('set-cookie')).toBeNull();
    // The code that confirmed it was used.
    expect((await now.signIn(person.email, PASSWORD, codeOf(secret, -1))).json.code).toBe('UNAUTHENTICATED');
    const code = codeOf(secret);
    const both = await Promise.all([1, 2].map(() => browser(api).signIn(person.email, PASSWORD, code)));
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
    expect((await now.signIn(person.email, PASSWORD, code)).status).toBe(401);
    expect((await now.signIn(person.email, 'wrong horse battery', codeOf(secret, 1))).status).toBe(401);
    expect((await now.signIn(person.email, PASSWORD, codeOf(secret, 1))).status).toBe(201);
    expect((await anna.call('POST', '/v1/me/totp', { password: PASSWORD })).json.code).toBe('SECOND_FACTOR_REQUIRED');
    expect((await anna.call('GET', '/v1/me/second-factor')).json).toEqual({
      authenticator: true,
      recoveryCodesLeft: 10,
    });
  });

  it('is of no use in the row of another person, and is in clear nowhere in the database', async () => {
    const [one, other] = [await setUp(), await setUp()];
    const rows = JSON.stringify(await api.database.asOwner('select * from person_totp'));
    for (const { secret } of [one, other]) expect(rows).not.toContain(secret);
    await api.database.asOwner(
      `update person_totp t set sealed_secret = o.sealed_secret from person_totp o
       where t.person_id = '${other.person.id}' and o.person_id = '${one.person.id}'`,
    );
    const refused = await browser(api).signIn(other.person.email, PASSWORD, codeOf(one.secret));
    expect([refused.status, refused.json.code]).toEqual([500, 'CONFIGURATION_INVALID']);
    expect(refused.bytes.toString()).not.toContain('SECRET_KEYS');
  });

  it('is told by mail when it is set up, removed, or has other recovery codes', async () => {
    const { person, anna, secret } = await setUp();
    const told = async () => (await mailbox.read(person.email)).at(-1)?.text;
    expect(await told()).toContain('An authenticator was set up');
    const proof = (steps: number) => ({ password: PASSWORD, code: codeOf(secret, steps) });
    expect((await anna.call('POST', '/v1/me/recovery-codes', proof(0))).status).toBe(201);
    expect(await told()).toContain('New recovery codes were made');
    expect((await anna.call('POST', '/v1/me/totp/remove', proof(1))).status).toBe(204);
    expect(await told()).toContain('Your authenticator was removed');
  });

  it('that is lost is removed by the partner team, with a reason and a mail, and ends her sessions', async () => {
    const { person, anna } = await setUp();
    const path = `/v1/people/${person.id}/authenticator/remove`;
    const helper = (await signedIn()).anna;
    const reader = await addPerson(api.database.db, { level: 'manager' });
    const other = browser(api);
    await other.signIn(reader.email);
    const reason = 'seen at the desk, with her passport';
    expect((await other.call('POST', path, { reason })).status).toBe(403);
    expect((await anna.call('POST', path, { reason })).json.code).toBe('FORBIDDEN');
    expect((await api.call('POST', path, { token: await api.token('vendor'), body: { reason } })).status).toBe(403);
    expect((await helper.call('POST', path, {})).status).toBe(422);
    expect((await anna.call('GET', '/v1/me')).status).toBe(200);
    expect((await helper.call('POST', path, { reason })).status).toBe(204);
    expect((await anna.call('GET', '/v1/me')).status).toBe(401);
    expect((await helper.call('POST', path, { reason })).json.code).toBe('STATE_CONFLICT');
    const texts = (await mailbox.read(person.email)).map(({ text }) => text).join();
    expect(texts).toContain('An administrator of the partner team did this.');
    expect((await browser(api).signIn(person.email)).status).toBe(201);
    const [event] = await api.database.asOwner<{ action: string; reason: string }>(
      `select action, reason from audit_event where subject = 'person:${person.id}' and reason is not null`,
    );
    expect(event).toEqual({ action: 'authenticator.removed', reason });
  });

  it('is not guessed: codes that are wrong lead to a wait', async () => {
    const { person } = await setUp();
    const codesTried: (string | undefined)[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      codesTried.push((await browser(api).signIn(person.email, PASSWORD, '000000')).json.code);
      if (turn === 2) await browser(api).signIn(person.email);
    }
    expect(codesTried.at(-1)).toBe('RATE_LIMITED');
    // Sent beside the letter about the authenticator: either may arrive first.
    expect((await mailbox.read(person.email)).map(({ subject }) => subject)).toContain(
      'Attempts to sign in with your address have failed',
    );
  });

  it('that is lost is stood in for by recovery codes, each good once, however it is typed', async () => {
    const { person, codes } = await setUp();
    const anna = browser(api);
    const [first = '', second = ''] = codes;
    const both = await Promise.all([1, 2].map(() => browser(api).signIn(person.email, PASSWORD, first)));
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
    expect((await anna.signIn(person.email, PASSWORD, second.toUpperCase().replaceAll('-', ' '))).status).toBe(201);
    const [third = '', fourth = ''] = codes.slice(2);
    const fresh = await anna.call('POST', '/v1/me/recovery-codes', { password: PASSWORD, code: third });
    expect(fresh.json.recoveryCodes).toHaveLength(10);
    expect((await browser(api).signIn(person.email, PASSWORD, fourth)).status).toBe(401);
    const removed = await anna.call('POST', '/v1/me/totp/remove', {
      password: PASSWORD,
      code: fresh.json.recoveryCodes[0],
    });
    expect(removed.status).toBe(204);
    expect((await browser(api).signIn(person.email)).status).toBe(201);
  });

  it('stays when the password is replaced by a link', async () => {
    const { person, secret } = await setUp();
    await forgotten(person.email);
    const { link } = (await mailbox.read(person.email)).at(-1)!;
    expect((await byLink(link, NEW_PASSWORD)).status).toBe(204);
    expect((await browser(api).signIn(person.email, NEW_PASSWORD)).json.code).toBe('SECOND_FACTOR_REQUIRED');
    expect((await browser(api).signIn(person.email, NEW_PASSWORD, codeOf(secret))).status).toBe(201);
  });

  it('asks for nothing before it is confirmed', async () => {
    const { person, anna } = await signedIn();
    await anna.call('POST', '/v1/me/totp', { password: PASSWORD });
    expect((await anna.call('POST', '/v1/me/totp/confirm', { code: '000000' })).status).toBe(422);
    expect((await browser(api).signIn(person.email)).status).toBe(201);
    expect((await anna.call('POST', '/v1/me/recovery-codes', { password: PASSWORD })).status).toBe(409);
  });
});

describe('a token of one’s own', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

  it('acts as the person, not beyond its level, and is hers alone to see and revoke', async () => {
    const { person, anna } = await signedIn();
    const body = { name: 'Script', narrowedTo: 'reader', expiresAt: inDays(30) };
    const made = await anna.call('POST', '/v1/me/tokens', body);
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { id, token } = made.json as { id: string; token: string };
    const me = await api.call('GET', '/v1/me', { token });
    expect(me.json).toMatchObject({ kind: 'person', id: person.id, level: 'reader' });
    expect((await api.call('GET', '/v1/tokens', { token })).status).toBe(403);
    // It cannot make itself longer, wider or a session.
    expect((await api.call('POST', '/v1/me/tokens', { token, body })).status).toBe(403);
    expect((await api.call('PUT', '/v1/me/password', { token, body: {} })).status).toBe(403);
    const stranger = (await signedIn()).anna;
    expect((await stranger.call('GET', '/v1/me/tokens')).json.items).toEqual([]);
    expect((await stranger.call('DELETE', `/v1/me/tokens/${id}`)).status).toBe(404);
    expect((await anna.call('GET', '/v1/me/tokens')).json.items).toMatchObject([{ id, name: 'Script' }]);
    expect((await anna.call('DELETE', `/v1/me/tokens/${id}`)).status).toBe(204);
    expect((await api.call('GET', '/v1/me', { token })).status).toBe(401);
  });

  it('expires within a year, and is bound to a membership of its person', async () => {
    const { anna } = await signedIn();
    const other = await addPerson(api.database.db);
    for (const [change, field] of [
      [{ expiresAt: inDays(400) }, '/expiresAt'],
      [{ expiresAt: inDays(-1) }, '/expiresAt'],
      [{ membershipId: other.membershipId }, '/membershipId'],
      [{ view: 'distributor' }, '/membershipId'],
    ] as const) {
      const { json } = await anna.call('POST', '/v1/me/tokens', { name: 'x', expiresAt: inDays(1), ...change });
      expect(json.errors[0].field).toBe(field);
    }
    expect((await anna.call('POST', '/v1/me/tokens', { name: 'x' })).status).toBe(422);
  });
});

it('tries from all addresses of one network of IPv6 are counted as those of one host', async () => {
  await api.database.asOwner('delete from sign_in_failure');
  const tries = ['2001:db8:1:1::1', '2001:db8:1:1::2', '2001:db8:1:2:3:4:5:6'].map((from) =>
    api.call('POST', '/v1/session', {
      body: { email: 'nobody@people.example', password: PASSWORD },
      headers: { 'x-forwarded-for': from },
    }),
  );
  expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([401, 401, 401]);
  // One of the host, one of the address that was tried.
  const counted = await api.database.asOwner<{ failures: number }>('select failures from sign_in_failure');
  expect(counted.map(({ failures }) => failures)).toEqual([3, 3]);
});
