import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { inSession, openIdBrowser, sessionOpenedBy } from '../support/openId.js';
import { freePort, startOpenIdProvider, type Person, type TestOpenIdProvider } from '../support/openIdProvider.js';
import { addPerson, browser } from '../support/people.js';
import { startTestApi, type Answer, type TestApi } from './testApi.js';

const SECRET = 'a secret of the provider, which nobody is told'.replaceAll(/[ ,]/g, '-');
const CODE = 'alpha-id';

let api: TestApi;
let provider: TestOpenIdProvider;
let vendor: string;
let mspId: string;
let providerId: string;
let signIn: (code: string, sub: string) => Promise<Answer>;

const LEVELS = [
  { value: 'kontor-admins', level: 'administrator' },
  { value: 'kontor-readers', level: 'reader' },
] as const;

beforeAll(async () => {
  api = await startTestApi({ limits: { guessesPerMinute: 10_000 } });
  const month = monthFixture(api.database.db);
  const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  mspId = await month.msp({ name: 'MSP Alpha', distributorId });
  vendor = await api.token('vendor');
  // Somebody administers the company whatever a provider says.
  await addPerson(api.database.db, { companyId: mspId });
  const port = await freePort();
  const redirectUris = [`${api.url}/v1/sign-in/${CODE}/callback`];
  provider = await startOpenIdProvider({
    port,
    client: { id: 'kontor', secret: SECRET, redirectUris },
    tokenTells: false,
  });
  const made = await api.call('POST', '/v1/identity-providers', {
    token: vendor,
    body: {
      ...{ companyId: mspId, code: CODE, name: 'Alpha ID', issuer: provider.issuer, clientId: 'kontor' },
      ...{ clientSecret: SECRET, levelClaim: 'groups', levels: LEVELS, makesPeople: true },
      ...{ mailDomains: ['alpha.example'], listed: true },
    },
  });
  if (made.status !== 201) throw new Error(api.logged().slice(-3000));
  expect([made.status, made.json.redirectUri]).toEqual([201, redirectUris[0]]);
  providerId = made.json.id;
  ({ signIn } = openIdBrowser(api));
});
afterAll(async () => {
  await provider.stop();
  await api.close();
});

/** Somebody new at the provider, with a verified address of its domain unless told otherwise. */
async function somebody(person: Person = {}) {
  const sub = randomUUID();
  const email = `${sub}@alpha.example`;
  await provider.say(sub, { email, email_verified: true, name: 'Anna Example', ...person });
  return { sub, email };
}

const refusals = async () => {
  const found = await api.database.asOwner<{ after: { refused: string } }>(
    `select after from audit_event where action = 'signIn.refused' order by id`,
  );
  return found.map(({ after }) => after.refused);
};

async function expectRefused(answer: Answer, why: string, code = 'SIGN_IN_REFUSED') {
  expect([answer.status, answer.json?.code]).toEqual([403, code]);
  expect(sessionOpenedBy(answer)).toBeUndefined();
  expect((await refusals()).at(-1)).toBe(why);
}

async function signedIn(sub: string) {
  const answer = await signIn(CODE, sub);
  expect([answer.status, answer.json]).toEqual([303, undefined]);
  return inSession(api, sessionOpenedBy(answer) ?? '');
}

const membershipsOf = (email: string) =>
  api.database.asOwner<{ level: string; made: boolean; ended: boolean }>(
    `select m.system_level as level, m.identity_provider_id is not null as made, m.until_at is not null as ended
     from membership m join person p on p.id = m.person_id where p.email = $1 order by m.created_at`,
    [email],
  );

describe('signing in through a provider', () => {
  it('lets in whom it vouches for, with the level that her claims give', async () => {
    const { sub, email } = await somebody({ groups: ['others', 'kontor-readers'] });
    const call = await signedIn(sub);
    const { json } = await call('GET', '/v1/me');
    expect([json.kind, json.name, json.company.id, json.view, json.level]).toEqual([
      ...['person', 'Anna Example', mspId, 'service_provider', 'reader'],
    ]);
    expect(await membershipsOf(email)).toEqual([{ level: 'reader', made: true, ended: false }]);
  });

  it('knows her again by her subject, whatever her address is then, and follows her claims', async () => {
    const { sub, email } = await somebody({ groups: 'kontor-readers' });
    const first = await (await signedIn(sub))('GET', '/v1/me');
    await provider.say(sub, { email: 'new@elsewhere.example', groups: ['kontor-readers', 'kontor-admins'] });
    const second = await (await signedIn(sub))('GET', '/v1/me');
    expect([second.json.id, second.json.level]).toEqual([first.json.id, 'administrator']);
    await provider.say(sub, { groups: ['kontor-readers'] });
    expect((await (await signedIn(sub))('GET', '/v1/me')).json.level).toBe('reader');
    expect(await membershipsOf(email)).toEqual([{ level: 'reader', made: true, ended: false }]);
  });
});
