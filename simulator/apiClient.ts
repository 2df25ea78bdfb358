import { once } from 'node:events';
import { Agent, request as open, type IncomingMessage, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** An answer that the world did not expect: it ends the simulation, and says everything that is known. */
export class UnexpectedAnswer extends Error {
  constructor(request: string, status: number, body: unknown) {
    super(`${request} was answered ${status}: ${JSON.stringify(body)}`);
    this.name = 'UnexpectedAnswer';
  }
}

export interface Answer {
  status: number;
  /** JSON as it came; null where there was none. */
  body: unknown;
  /** The problem's code; null where it was none. */
  code: string | null;
}

export interface Request {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  token?: string;
  body?: unknown;
  /** Instead of `body`: bytes as they are, with their headers. */
  raw?: { bytes: Uint8Array; headers: Record<string, string> };
  /** The same request under the same key is done once. */
  idempotencyKey?: string;
}

export interface ApiClient {
  /** Any answer. Waits and asks again where it is told to, or where the connection broke before an answer. */
  send(request: Request): Promise<Answer>;
  /** The body of a successful answer, parsed. Asks again, under the same key, while the answer is "accepted". */
  call<T>(request: Request, schema: z.ZodType<T>): Promise<T>;
  /** All items of a paged list. */
  list<T>(path: string, token: string, item: z.ZodType<T>): Promise<T[]>;
}

const PROBLEM = z.object({ code: z.string() });
const MAX_ATTEMPTS = 8;
/** Decisions wait for a worker; a minute without one is a worker that is not there. */
const MAX_PENDING = 12;
const PAGE = 200;

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function toOptions({ method, token, body, raw, idempotencyKey }: Request): RequestOptions {
  const headers: Record<string, string> = { ...raw?.headers };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  if (raw !== undefined || body !== undefined) headers['content-type'] = 'application/json';
  return { method, headers };
}

function bytesOf({ body, raw }: Request): string | Uint8Array | undefined {
  return raw?.bytes ?? (body === undefined ? undefined : JSON.stringify(body));
}

export function createApiClient(api: string): ApiClient {
  const base = api.replace(/\/$/, '');
  const agent = new Agent({ keepAlive: true });

  /** One answer to one request. By `node:http`: `fetch` takes twice the time of a core that the services share. */
  async function exchange(request: Request) {
    const sent = open(base + request.path, { ...toOptions(request), agent });
    sent.end(bytesOf(request));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const retryAfter = Number(response.headers['retry-after'] ?? 1);
    return { status: response.statusCode ?? 0, retryAfter, said: await text(response) };
  }

  async function send(request: Request): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      let answer: Awaited<ReturnType<typeof exchange>>;
      try {
        answer = await exchange(request);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS) throw error;
        await wait(200 * attempt);
        continue;
      }
      const { status, retryAfter, said } = answer;
      if ((status === 429 || status === 503) && attempt < MAX_ATTEMPTS) {
        await wait(1000 * Math.max(1, retryAfter));
        continue;
      }
      const body: unknown = said === '' ? null : JSON.parse(said);
      const problem = PROBLEM.safeParse(body);
      return { status, body, code: status < 300 || !problem.success ? null : problem.data.code };
    }
  }

  async function call<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
    const name = `${request.method} ${request.path}`;
    for (let attempt = 1; ; attempt += 1) {
      const { status, body } = await send(request);
      const parsed = schema.safeParse(body);
      if (status < 300 && parsed.success) return parsed.data;
      if (status !== 202 || attempt === MAX_PENDING) throw new UnexpectedAnswer(name, status, body);
      await wait(500);
    }
  }

  async function list<T>(path: string, token: string, item: z.ZodType<T>): Promise<T[]> {
    const page = z.object({ items: z.array(item), next: z.string().nullable() });
    const items: T[] = [];
    const separator = path.includes('?') ? '&' : '?';
    let after = '';
    do {
      const found = await call({ method: 'GET', path: `${path}${separator}limit=${PAGE}${after}`, token }, page);
      items.push(...found.items);
      after = found.next === null ? '' : `&after=${encodeURIComponent(found.next)}`;
    } while (after !== '');
    return items;
  }

  return { send, call, list };
}
