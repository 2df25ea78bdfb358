import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { openIdBrowser, PROVIDER_SECRET, providerFor } from '../support/openId.js';
import { addPerson, browser, PASSWORD } from '../support/people.js';
import { startTestApi, type TestApi } from './testApi.js';

const CODE = 'team-id';

let api: TestApi;
let mailbox: Mailbox;
let provider: Awaited<ReturnType<typeof providerFor>>;
let vendor: string;

beforeAll(async () => {
  api = await startTestApi({ localLogin: false, limits: { guessesPerMinute: 10_000 } });
  mailbox = await openMailbox(api.database.db);
  provider = await providerFor(api, [CODE]);
  // As `kontor token create` makes it, straight in the database.
  vendor = await api.token('vendor');
  const body = {
    code: CODE,
    name: 'Team ID',
    issuer: provider.issuer,
    clientId: 'kontor',
    clientSecret: PROVIDER_SECRET,
  };
  const made = await api.call('POST', '/v1/identity-providers', {
    token: vendor,
    body: { ...body, mailDomains: ['alpha.example'], listed: true },
  });
  expect(made.status).toBe(201);
});
afterAll(async () => {
  await provider.stop();
  await mailbox.close();
  await api.close();
});

/** Somebody who is invited, with the link of the mail. */
async function invited() {
  const { sub, email } = await provider.somebody();
  const who = { name: 'Anna Example', email, locale: 'en', zone: 'UTC', level: 'administrator' };
  expect((await api.call('POST', '/v1/people', { token: vendor, body: who })).status).toBe(201);
  return { sub, email, link: (await mailbox.read(email)).at(-1)!.link };
}

const byLink = (body: { link: string; password?: string }) => api.call('POST', '/v1/password/by-link', { body });

describe('where passwords are not taken', () => {
  it('says so before anybody tries', async () => {
    const { json } = await api.call('GET', '/v1/sign-in/providers');
    expect(json).toEqual({ localLogin: false, items: [{ code: CODE, name: 'Team ID' }] });
  });

  it('takes none, right or wrong, known or not, and mails no link for a new one', async () => {
    const { email } = await addPerson(api.database.db);
    const answers = [
      await browser(api).signIn(email, PASSWORD),
      await browser(api).signIn(email, 'wrong horse battery staple'),
      await browser(api).signIn('nobody@people.example'),
      await api.call('POST', '/v1/password/forgotten', { body: { email } }),
    ];
    const codes = answers.map(({ status, json }) => [status, json.code]);
    expect(codes).toEqual(answers.map(() => [403, 'LOCAL_LOGIN_OFF']));
    expect(await mailbox.read(email)).toEqual([]);
  });

  it('accepts an invitation without a password, after which the provider lets her in', async () => {
    const { sub, link } = await invited();
    const refused = await byLink({ link, password: PASSWORD });
    expect([refused.status, refused.json.code]).toEqual([403, 'LOCAL_LOGIN_OFF']);
    expect((await byLink({ link })).status).toBe(204);
    const call = await openIdBrowser(api).signedIn(CODE, sub);
    expect((await call('GET', '/v1/me')).json.level).toBe('administrator');
  });

  it('lets the provider accept an invitation whose link nobody used, and the link is worth nothing then', async () => {
    const { sub, link } = await invited();
    await openIdBrowser(api).signedIn(CODE, sub);
    expect((await byLink({ link })).status).toBe(410);
  });
});
