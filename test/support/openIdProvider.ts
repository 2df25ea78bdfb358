import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** What a provider says of somebody. */
export interface Person {
  email?: string;
  email_verified?: unknown;
  name?: string;
  groups?: unknown;
}

export interface OpenIdSetting {
  port: number;
  client: { id: string; secret: string | null; redirectUris: string[]; authMethod?: string };
  /** Whether the ID token tells all claims, and not only the answer about the person. */
  tokenTells: boolean;
}

export interface TestOpenIdProvider {
  issuer: string;
  /** Somebody, or what is said of her from now on. */
  say(sub: string, person: Person): Promise<void>;
  stop(): Promise<void>;
}

/** A port of this host that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a provider process; each has keys of its own. */
export async function startOpenIdProvider(setting: OpenIdSetting): Promise<TestOpenIdProvider> {
  const script = fileURLToPath(new URL('./openIdProviderMain.js', import.meta.url));
  const child = fork(script, [JSON.stringify(setting)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error(`the provider ended before it was ready:\n${output}`);
    }),
  ]);
  return {
    issuer: `http://127.0.0.1:${setting.port}`,
    say: async (sub, person) => {
      const answered = once(child, 'message');
      child.send({ sub, ...person });
      await answered;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

/**
 * A person at the provider's own pages: signs in and agrees, with a browser that keeps cookies. Returns the address to
 * which the provider then sends her, which is not asked.
 */
export async function signInThere(door: string, sub: string): Promise<URL> {
  const here = new URL(door).origin;
  const cookies = new Map<string, string>();
  const ask = async (url: URL, form?: Record<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  let url = new URL(door);
  for (let step = 0; step < 12; step += 1) {
    let answer = await ask(url);
    if (answer.status === 200) {
      const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(await answer.text()) ?? [];
      answer = await ask(url, prompt === 'login' ? { prompt, login: sub, password: 'any' } : { prompt });
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${url.href} answered ${answer.status}: ${await answer.text()}`);
    url = new URL(location, url);
    if (url.origin !== here) return url;
  }
  throw new Error('the provider leads in circles');
}
