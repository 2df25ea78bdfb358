/** A browser on its way to a provider and back; each step is a request of its own, so that a test can change what is sent. */
import { csrfTokenOf } from '../../api/session.js';
import type { Answer, TestApi } from '../api/testApi.js';
import { signInThere } from './openIdProvider.js';

interface Begun {
  /** Where the browser is sent. */
  door: URL;
  /** What it got to keep. */
  cookie: string;
}

export function openIdBrowser(api: Pick<TestApi, 'call' | 'url'>) {
  const begin = async (code: string, to?: string): Promise<Begun> => {
    const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
    const answer = await api.call('GET', `/v1/sign-in/${code}${query}`);
    if (answer.status !== 303) throw new Error(`beginning was answered ${answer.status}: ${answer.bytes.toString()}`);
    const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
    return { door: new URL(answer.headers.get('location') ?? ''), cookie };
  };
  const finish = (back: URL, cookie: string | undefined): Promise<Answer> =>
    api.call('GET', `${back.pathname}${back.search}`, cookie === undefined ? {} : { headers: { cookie } });
  const signIn = async (code: string, sub: string): Promise<Answer> => {
    const { door, cookie } = await begin(code);
    return finish(await signInThere(door.href, sub), cookie);
  };
  return { begin, finish, signIn };
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
