import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { expectRefused, openIdBrowser, PROVIDER_SECRET, providerFor } from '../support/openId.js';
import { signInThere } from '../support/openIdProvider.js';
import { addPerson } from '../support/people.js';
import { startTestApi, type TestApi } from './testApi.js';

const ALPHA = 'alpha-id';
const BETA = 'beta-id';

let api: TestApi;
/** Alpha's provider, and Beta's, which its administrators would have do whatever they like. */
let alpha: Awaited<ReturnType<typeof providerFor>>;
let beta: Awaited<ReturnType<typeof providerFor>>;
let vendor: string;
let alphaId: string;
const companies: Record<'alpha' | 'beta', string> = { alpha: '', beta: '' };
let at: ReturnType<typeof openIdBrowser>;

beforeAll(async () => {
  api = await startTestApi({ limits: { guessesPerMinute: 10_000 } });
  const month = monthFixture(api.database.db);
  const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  companies.alpha = await month.msp({ name: 'MSP Alpha', distributorId });
  companies.beta = await month.msp({ name: 'MSP Beta', distributorId });
  vendor = await api.token('vendor');
  alpha = await providerFor(api, [ALPHA]);
  beta = await providerFor(api, [BETA], { secret: null, tokenTells: true });
  const body = {
    ...{ name: 'An ID', clientId: 'kontor', levelClaim: 'groups', makesPeople: true },
    levels: [{ value: 'readers', level: 'reader' }],
  };
  const make = (more: Record<string, unknown>) =>
    api.call('POST', '/v1/identity-providers', { token: vendor, body: { ...body, ...more } });
  const made = [
    await make({
      ...{ companyId: companies.alpha, code: ALPHA, issuer: alpha.issuer, clientSecret: PROVIDER_SECRET },
      mailDomains: ['alpha.example'],
    }),
    await make({
      ...{ companyId: companies.beta, code: BETA, issuer: beta.issuer },
      mailDomains: ['beta.example', 'alpha.example'],
    }),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 201]);
  alphaId = made[0]?.json.id;
  at = openIdBrowser(api);
});
afterAll(async () => {
  await alpha.stop();
  await beta.stop();
  await api.close();
});

const reader = () => alpha.somebody({ groups: ['readers'] });

/** The way back from Alpha's provider, and the cookie that belongs to it. */
async function back(sub: string) {
  const { door, cookie } = await at.begin(ALPHA);
  return { url: await signInThere(door.href, sub), cookie };
}

/** What one address answers, asked with something else in its parameters. */
function withParameters(url: URL, changes: Record<string, string | null>): URL {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed;
}

describe('what comes back from a provider', () => {
  it('opens a session once', async () => {
    const { url, cookie } = await back((await reader()).sub);
    expect((await at.finish(url, cookie)).status).toBe(303);
    await expectRefused(api, await at.finish(url, cookie), 'attemptUnknown');
  });

  it('opens one session where it comes several times at once', async () => {
    const { url, cookie } = await back((await reader()).sub);
    const answers = await Promise.all(Array.from({ length: 5 }, () => at.finish(url, cookie)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 403, 403, 403, 403]);
  });

  it('is worth nothing in another browser, and is not used up by it', async () => {
    const { url, cookie } = await back((await reader()).sub);
    const { cookie: other } = await at.begin(ALPHA);
    await expectRefused(api, await at.finish(url), 'attemptUnknown');
    await expectRefused(api, await at.finish(url, other), 'attemptUnknown');
    await expectRefused(api, await at.finish(url, `${cookie}; ${other}`), 'attemptUnknown');
    expect((await at.finish(url, cookie)).status).toBe(303);
  });

  it('must have the state of the attempt', async () => {
    const { url, cookie } = await back((await reader()).sub);
    for (const state of [null, '', 'x'.repeat(43)]) {
      await expectRefused(api, await at.finish(withParameters(url, { state }), cookie), 'attemptUnknown');
    }
  });

  it('must have its nonce in the ID token', async () => {
    const { sub } = await reader();
    for (const nonce of [null, 'of-another-attempt']) {
      const { door, cookie } = await at.begin(ALPHA);
      const url = await signInThere(withParameters(door, { nonce }).href, sub);
      await expectRefused(api, await at.finish(url, cookie), 'protocol');
    }
    expect(api.logged()).toContain('nonce');
  });

  it('must have a code that was given to this browser: one that was caught elsewhere does not help', async () => {
    const victim = await back((await reader()).sub);
    const attacker = await at.begin(ALPHA);
    const state = attacker.door.searchParams.get('state');
    const stolen = withParameters(victim.url, { state });
    await expectRefused(api, await at.finish(stolen, attacker.cookie), 'protocol');
  });

  it('must come within ten minutes', async () => {
    const { url, cookie } = await back((await reader()).sub);
    await api.database.asOwner(`update sign_in_attempt set expires_at = now() - interval '1 second'`);
    await expectRefused(api, await at.finish(url, cookie), 'attemptUnknown');
  });

  it('is refused where the person or the provider said no', async () => {
    const { door, cookie } = await at.begin(ALPHA);
    const state = door.searchParams.get('state') ?? '';
    const url = new URL(`${api.url}/v1/sign-in/${ALPHA}/callback`);
    url.search = new URLSearchParams({ state, error: 'access_denied', iss: alpha.issuer }).toString();
    await expectRefused(api, await at.finish(url, cookie), 'protocol');
  });

  it('leaves nothing in the database that would finish a sign-in', async () => {
    const { door, cookie } = await at.begin(ALPHA);
    const kept = JSON.stringify(await api.database.asOwner(`select * from sign_in_attempt`));
    const secrets = [
      ...['state', 'nonce', 'code_challenge'].map((name) => door.searchParams.get(name)),
      cookie.split('=')[1],
    ];
    for (const secret of secrets) {
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(Buffer.from(secret ?? '', 'base64url').toString('hex'));
    }
  });
});

describe('two providers, one of them not honest (mix-up)', () => {
  it('does not take for one what was begun at the other', async () => {
    const { sub } = await reader();
    // The browser begins at Beta, whose door leads on to Alpha's.
    const begun = await at.begin(BETA);
    const honest = await at.begin(ALPHA);
    const state = begun.door.searchParams.get('state');
    const url = await signInThere(withParameters(honest.door, { state }).href, sub);
    expect(url.pathname).toBe(`/v1/sign-in/${ALPHA}/callback`);
    await expectRefused(api, await at.finish(url, begun.cookie), 'otherProvider');
  });

  it('never hands Alpha’s code to Beta, with or without the issuer’s name beside it', async () => {
    const { sub } = await reader();
    for (const iss of [undefined, null]) {
      const begun = await at.begin(BETA);
      const caught = await back(sub);
      const state = begun.door.searchParams.get('state');
      const url = withParameters(caught.url, { state, ...(iss === null ? { iss } : {}) });
      url.pathname = `/v1/sign-in/${BETA}/callback`;
      await expectRefused(api, await at.finish(url, begun.cookie), 'protocol');
      expect(api.logged()).toContain(iss === null ? '"iss\\" (issuer) missing' : 'unexpected \\"iss\\" (issuer)');
      // Alpha's code has not been used: nobody was asked with it.
      expect((await at.finish(caught.url, caught.cookie)).status).toBe(303);
    }
  });

  it('refuses an answer that names another issuer at the right address', async () => {
    const { url, cookie } = await back((await reader()).sub);
    await expectRefused(api, await at.finish(withParameters(url, { iss: beta.issuer }), cookie), 'protocol');
  });

  it('refuses a provider that says it is another', async () => {
    const { json } = await api.call('POST', '/v1/identity-providers', {
      token: vendor,
      body: {
        code: 'mask-id',
        name: 'Mask',
        issuer: alpha.issuer.replace('127.0.0.1', 'localhost'),
        clientId: 'x',
      },
    });
    expect(json.code).toBe('mask-id');
    const answer = await api.call('GET', '/v1/sign-in/mask-id');
    expect([answer.status, answer.json.code]).toEqual([503, 'IDENTITY_PROVIDER_UNAVAILABLE']);
  });

  it('keeps one subject of two providers for two people', async () => {
    const { sub } = await reader();
    await beta.say(sub, { email: `${sub}@beta.example`, email_verified: true, groups: ['readers'] });
    const [one, other] = [await at.signedIn(ALPHA, sub), await at.signedIn(BETA, sub)];
    const ids = [(await one('GET', '/v1/me')).json.id, (await other('GET', '/v1/me')).json.id];
    expect(new Set(ids).size).toBe(2);
  });
});

describe('an address that a provider tells', () => {
  it.each([
    ['is not verified', { email_verified: false }],
    ['is verified in words alone', { email_verified: 'true' }],
    ['is not said to be verified', { email_verified: undefined }],
  ])('makes nobody where it %s', async (_how, person) => {
    const { sub } = await alpha.somebody({ groups: ['readers'], ...person });
    await expectRefused(api, await at.signIn(ALPHA, sub), 'emailNotVouchedFor');
  });

  it.each(['a\u202eb@alpha.example', 'x, y@alpha.example', 'x\r\nBcc: y@alpha.example', 'x\u0000@alpha.example'])(
    'case 49: makes nobody where it is no mail address: %j',
    async (email) => {
      const { sub } = await alpha.somebody({ groups: ['readers'], name: '', email });
      await expectRefused(api, await at.signIn(ALPHA, sub), 'emailNotVouchedFor');
    },
  );

  it.each(['x@evil.example', 'x@sub.alpha.example', 'x@alpha.example.evil.example', '"x@alpha.example"@evil.example'])(
    'makes nobody where it is not of a domain of the provider: %s',
    async (email) => {
      const { sub } = await alpha.somebody({ groups: ['readers'], email });
      await expectRefused(api, await at.signIn(ALPHA, sub), 'emailNotVouchedFor');
    },
  );

  it('lets nobody in as somebody of another company, whatever it says', async () => {
    const person = await addPerson(api.database.db, { email: 'anna@alpha.example', companyId: companies.alpha });
    const { sub } = await beta.somebody({ groups: ['readers'], email: person.email });
    await expectRefused(api, await at.signIn(BETA, sub), 'notOfCompany');
    const team = await addPerson(api.database.db, { email: 'vera@alpha.example' });
    const other = await alpha.somebody({ groups: ['readers'], email: team.email });
    await expectRefused(api, await at.signIn(ALPHA, other.sub), 'notOfCompany');
  });

  it('lets nobody in as somebody whom the provider knows by another subject', async () => {
    const { sub, email } = await reader();
    await at.signedIn(ALPHA, sub);
    const later = await alpha.somebody({ groups: ['readers'], email: email.toUpperCase() });
    await expectRefused(api, await at.signIn(ALPHA, later.sub), 'otherSubject');
  });

  it('brings nobody back who has ended', async () => {
    const { sub } = await reader();
    const { json } = await (await at.signedIn(ALPHA, sub))('GET', '/v1/me');
    await api.call('POST', `/v1/people/${json.id}/end`, { token: vendor });
    await expectRefused(api, await at.signIn(ALPHA, sub), 'personEnded');
  });

  it('gets one answer, whoever she is', async () => {
    const unknown = await alpha.somebody({ groups: [] });
    const known = await alpha.somebody({ groups: ['readers'], email: (await addPerson(api.database.db)).email });
    const [one, other] = [await at.signIn(ALPHA, unknown.sub), await at.signIn(ALPHA, known.sub)];
    expect({ ...one.json, instance: '' }).toEqual({ ...other.json, instance: '' });
  });
});

describe('a provider that is away', () => {
  it('is named as such, worth another try, and opens nothing', async () => {
    const { url, cookie } = await back((await reader()).sub);
    await alpha.stop();
    const finishing = await at.finish(url, cookie);
    expect([finishing.status, finishing.json.code]).toEqual([503, 'IDENTITY_PROVIDER_UNAVAILABLE']);
    expect(finishing.headers.get('retry-after')).not.toBeNull();
    await alpha.startAnew();
  });

  it('is asked for its keys anew when it comes back with others', async () => {
    const { sub } = await reader();
    await at.signedIn(ALPHA, sub);
    await alpha.stop();
    await alpha.startAnew();
    await alpha.say(sub, { groups: ['readers'] });
    const answers = [await at.signIn(ALPHA, sub), await at.signIn(ALPHA, sub)];
    expect(answers.at(-1)?.status).toBe(303);
  });

  it('cannot be begun at while nothing is known of it', async () => {
    const { json } = await api.call('POST', '/v1/identity-providers', {
      token: vendor,
      body: { code: 'away-id', name: 'Away', issuer: 'http://127.0.0.1:9', clientId: 'x' },
    });
    expect(json.id).not.toBe(alphaId);
    const answer = await api.call('GET', '/v1/sign-in/away-id');
    expect([answer.status, answer.json.code]).toEqual([503, 'IDENTITY_PROVIDER_UNAVAILABLE']);
    expect((await api.call('GET', '/v1/sign-in/nobody-id')).status).toBe(404);
  });
});
