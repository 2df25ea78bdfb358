/** Sign-in through providers, each step a request of its own, so that a test can change what is sent. */
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { csrfTokenOf } from '../../api/session.js';
import type { Answer, TestApi } from '../api/testApi.js';
import { freePort, signInThere, startOpenIdProvider, type OpenIdSetting, type Person } from './openIdProvider.js';

export const PROVIDER_SECRET = 'known-to-the-provider-and-to-kontor-alone';

/** A provider process that knows Kontor at the addresses of these codes; it can be stopped and started with other keys. */
export async function providerFor(
  api: Pick<TestApi, 'url'>,
  codes: readonly string[],
  { secret = PROVIDER_SECRET, tokenTells = false }: { secret?: string | null; tokenTells?: boolean } = {},
) {
  const redirectUris = codes.map((code) => `${api.url}/v1/sign-in/${code}/callback`);
  const setting: OpenIdSetting = {
    port: await freePort(),
    client: { id: 'kontor', secret, redirectUris },
    tokenTells,
  };
  let running = await startOpenIdProvider(setting);
  return {
    issuer: running.issuer,
    stop: () => running.stop(),
    startAnew: async () => {
      running = await startOpenIdProvider(setting);
    },
    say: (sub: string, person: Person) => running.say(sub, person),
    /** Somebody new there, with a verified address of alpha.example unless told otherwise. */
    somebody: async (person: Person = {}) => {
      const sub = randomUUID();
      const email = person.email ?? `${sub}@alpha.example`;
      await running.say(sub, { email_verified: true, name: 'Anna Example', ...person, email });
      return { sub, email };
    },
  };
}

interface Begun {
  /** Where the browser is sent. */
  door: URL;
  /** What it got to keep. */
  cookie: string;
}

export function openIdBrowser(api: Pick<TestApi, 'call'>) {
  const begin = async (code: string, to?: string): Promise<Begun> => {
    const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
    const answer = await api.call('GET', `/v1/sign-in/${code}${query}`);
    if (answer.status !== 303) throw new Error(`beginning was answered ${answer.status}: ${answer.bytes.toString()}`);
    const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
    return { door: new URL(answer.headers.get('location') ?? ''), cookie };
  };
  const finish = (back: URL, cookie?: string): Promise<Answer> =>
    api.call('GET', `${back.pathname}${back.search}`, cookie === undefined ? {} : { headers: { cookie } });
  const signIn = async (code: string, sub: string): Promise<Answer> => {
    const { door, cookie } = await begin(code);
    return finish(await signInThere(door.href, sub), cookie);
  };
  /** The calls of the session that opens. */
  const signedIn = async (code: string, sub: string) => {
    const answer = await signIn(code, sub);
    expect([answer.status, answer.json]).toEqual([303, undefined]);
    return inSession(api, sessionOpenedBy(answer) ?? '');
  };
  return { begin, finish, signIn, signedIn };
}

/** The secret of the session that an answer opens; undefined: none. */
export function sessionOpenedBy(answer: Answer): string | undefined {
  const set = answer.headers.getSetCookie().find((each) => each.startsWith('kontor_session='));
  return /^kontor_session=([^;]+);/.exec(set ?? '')?.[1];
}

/** Calls as that session's browser makes them. */
export function inSession(api: Pick<TestApi, 'call'>, secret: string) {
  const headers = { cookie: `kontor_session=${secret}`, 'kontor-csrf-token': csrfTokenOf(secret) };
  return (method: string, path: string, body?: unknown) =>
    api.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
}

/** Refused, with no session, for that reason by the log; by the audit trail as well, unless it was no attempt at all. */
export async function expectRefused(
  api: Pick<TestApi, 'database' | 'logged'>,
  answer: Answer,
  why: string,
  code = 'SIGN_IN_REFUSED',
): Promise<void> {
  expect([answer.status, answer.json?.code]).toEqual([403, code]);
  expect(sessionOpenedBy(answer)).toBeUndefined();
  const lines = api.logged().split('\n');
  const logged = lines.filter((line) => line.includes('"msg":"sign-in refused"')).at(-1) ?? '{}';
  expect(JSON.parse(logged)).toMatchObject({ refused: why });
  if (why === 'attemptUnknown') return;
  const [newest] = await api.database.asOwner<{ action: string; refused: string }>(
    `select action, after ->> 'refused' as refused from audit_event order by id desc limit 1`,
  );
  expect(newest).toEqual({ action: 'signIn.refused', refused: why });
}
