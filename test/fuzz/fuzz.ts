import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { openApiDocument } from '../../api/openapi.js';
import type { Route } from '../../api/route.js';
import { ROUTES } from '../../api/routes/index.js';
import type { View } from '../../domain/access/views.js';
import { admitToSession } from '../support/access.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { fitting, hostile, problem, spoiled, withIds, type Schema } from './arbitraries.js';

export interface Failure {
  request: string;
  sent: string;
  status: number;
  why: string;
}

interface Operation {
  route: Route;
  statuses: Set<string>;
  body: Schema | undefined;
}

type Sender = Record<string, string>;

const MOST_IDS = 400;

/** Routes that would end the senders themselves, so that the rest would be about nobody. */
const LEFT_OUT = /^delete \/v1\/(session|me)|\/end$|\/withdraw$/;

async function populate(api: TestApi): Promise<{ senders: Sender[]; ids: string[] }> {
  const { db } = api.database;
  const month = monthFixture(db);
  const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  await month.pricePlan({
    currency: 'EUR',
    prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '1.50' } },
  });
  const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
  const site = await month.site({ mspId, name: 'One', tenants: ['north'] });
  const line = { tenant: 'north', meter: 'mail-server.mailbox', peak: 30 } as const;
  await month.report(site, { period: '2026-03', lines: [line] });
  await month.close('2026-03', new Date('2026-04-06T12:00:00Z'));
  const bearer = async (view: View, of: { companyId?: string; level?: 'reader' } = {}) => ({
    authorization: `Bearer ${await api.token(view, of)}`,
  });
  const senders = [
    await bearer('vendor'),
    await bearer('vendor', { level: 'reader' }),
    await admitToSession(db, 'vendor'),
    await bearer('service_provider', { companyId: mspId }),
    await bearer('distributor', { companyId: distributorId }),
    await bearer('customer', { companyId: await month.company('customer') }),
    {},
  ];
  return { senders, ids: [mspId, distributorId, site.siteId, randomUUID()] };
}

function operations(): { all: Operation[]; components: Record<string, Schema> } {
  const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES, 'https://kontor.example'))) as {
    paths: Record<
      string,
      Record<string, { responses: object; requestBody?: { content: Record<string, { schema: Schema }> } }>
    >;
    components: { schemas: Record<string, Schema> };
  };
  const all = ROUTES.filter(({ method, path }) => !LEFT_OUT.test(`${method} ${path}`)).map((route) => {
    const operation = document.paths[route.path]?.[route.method];
    const statuses = new Set(Object.keys(operation?.responses ?? {}));
    return { route, statuses, body: operation?.requestBody?.content['application/json']?.schema };
  });
  return { all, components: document.components.schemas };
}

/** One request: fitting, nearly so, or hostile altogether. */
function requests(all: readonly Operation[], components: Record<string, Schema>, senders: number) {
  const parts = (names: readonly string[], shape: Schema) =>
    fc.record(
      Object.fromEntries(
        names.map((name) => [name, fitting(shape.properties?.[name] ?? { type: 'string' }, components)]),
      ),
    );
  return fc.constantFrom(...all).chain(({ route, statuses, body }) => {
    const schemaOf = (object: Route['params']) =>
      object.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Schema;
    const query = schemaOf(route.query);
    return fc.record({
      route: fc.constant(route),
      statuses: fc.constant(statuses),
      sender: fc.nat(senders - 1),
      params: parts(Object.keys(route.params.shape), schemaOf(route.params)),
      query: fc.subarray(Object.keys(route.query.shape)).chain((names) => parts(names, query)),
      body: body === undefined ? fc.constant(undefined) : fitting(body, components),
      spoil: fc.record({
        what: fc.constantFrom('nothing', 'nothing', 'params', 'query', 'body', 'body', 'all'),
        at: fc.nat(),
        by: hostile,
      }),
    });
  });
}

type Request = ReturnType<typeof requests> extends fc.Arbitrary<infer R> ? R : never;

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Lone surrogates have no form in an address. */
function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '?'));
}

function addressOf({ route, params, query, spoil }: Request, ids: readonly string[]): string {
  const wrong = (part: string, value: unknown) => (spoil.what === part ? spoiled(value, spoil.at, spoil.by) : value);
  const named = withIds(wrong('params', params), ids) as Record<string, unknown>;
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encoded(textIn(named[name] ?? 'x')) || 'x');
  const asked = Object.entries(withIds(wrong('query', query), ids) as Record<string, unknown>);
  return asked.length === 0
    ? path
    : `${path}?${asked.map(([name, value]) => `${name}=${encoded(textIn(value))}`).join('&')}`;
}

function bodyOf({ body, spoil }: Request, ids: readonly string[]): unknown {
  if (body === undefined) return undefined;
  if (spoil.what === 'all') return spoil.by;
  return withIds(spoil.what === 'body' ? spoiled(body, spoil.at, spoil.by) : body, ids);
}

function learn(ids: string[], answer: unknown): void {
  for (const [found] of JSON.stringify(answer ?? null).matchAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)) {
    if (!ids.includes(found)) ids.push(found);
  }
  if (ids.length > MOST_IDS) ids.splice(4, ids.length - MOST_IDS);
}

/** What is wrong with an answer; null: it is as the document says. 503 is one where nobody works on a workflow. */
function faultOf(status: number, json: unknown, statuses: ReadonlySet<string>): string | null {
  if (status >= 500 && status !== 503) return 'a failure of the server';
  if (!statuses.has(String(status))) return 'the document does not name this status';
  if (status < 400) return null;
  const parsed = problem.safeParse(json);
  return parsed.success ? null : `no problem document: ${parsed.error.message}`;
}

/** Sends requests to every route by every role, made from `seed`; what was answered otherwise than the document says. */
export async function fuzz(seed: number, cases: number): Promise<Failure[]> {
  const unbounded = { guessesPerMinute: 1e9, strangersPerHour: 1e9, perTokenPerMinute: 1e9, perAddressPerMinute: 1e9 };
  const api = await startTestApi({ limits: { ...unbounded, updateTimeoutMs: 50, temporalTimeoutMs: 2_000 } });
  try {
    const { senders, ids } = await populate(api);
    const { all, components } = operations();
    const failures: Failure[] = [];
    for (const request of fc.sample(requests(all, components, senders.length), { seed, numRuns: cases })) {
      const { route, statuses, sender } = request;
      const path = addressOf(request, ids);
      const method = route.method.toUpperCase();
      const body = bodyOf(request, ids);
      const sent = body === undefined ? '' : JSON.stringify(body).slice(0, 2_000);
      const note = (status: number, why: string) =>
        failures.push({ request: `${method} ${path.slice(0, 300)}`, sent, status, why });
      try {
        const headers = senders[sender] ?? {};
        const answer = await api.call(method, path, {
          headers,
          ...(body === undefined || method === 'GET' ? {} : { body }),
        });
        learn(ids, answer.json);
        const why = faultOf(answer.status, answer.json, statuses);
        if (why !== null) note(answer.status, `${why}: ${answer.bytes.toString().slice(0, 300)}`);
      } catch (error) {
        note(0, error instanceof Error ? error.message.slice(0, 500) : String(error));
      }
    }
    return failures;
  } finally {
    await api.close();
  }
}
