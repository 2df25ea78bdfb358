import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Route } from '../../api/route.js';
import { ROUTES } from '../../api/routes/index.js';
import { FILTERS } from '../../db/readModels/unknownFilter.js';
import { isAction, ruleOf } from '../../domain/access/actions.js';
import type { View } from '../../domain/access/views.js';
import { admitToSession } from '../support/access.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

const SAMPLES = [randomUUID(), '2026-03', '1', 'IT', 'msp', 'guide.pdf', 'legal'];

/** The route's address with values its schema accepts, but that belong to nobody. */
function addressOf(route: Route, known: Record<string, string> = {}): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const schema = route.params.shape[name];
    const fits = (value: string) =>
      (schema as unknown as { safeParse(v: string): { success: boolean } }).safeParse(value).success;
    return known[name] ?? SAMPLES.find(fits) ?? 'none';
  });
}

const named = (routes: readonly Route[]) =>
  routes.map((route): [string, Route] => [`${route.method.toUpperCase()} ${route.path}`, route]);

const viewsOf = ({ action }: Route) => (isAction(action) ? ruleOf(action).views : []);
const guarded = named(ROUTES.filter(({ action }) => isAction(action)));
const withBody = named(ROUTES.filter(({ body, action }) => body !== undefined && action !== 'signature'));
const withQuery = named(ROUTES.filter(({ method, action }) => method === 'get' && action !== 'signature'));
const filtered = withQuery.flatMap(([name, route]) =>
  FILTERS.filter((filter) => filter in route.query.shape).map((filter): [string, string, Route] => [
    name,
    filter,
    route,
  ]),
);

describe('every route', () => {
  let api: TestApi;
  let mspId: string;
  let otherMspId: string;
  const tokens: Partial<Record<View, string>> = {};
  let browser: Record<string, string>;

  beforeAll(async () => {
    api = await startTestApi({
      limits: { updateTimeoutMs: 300, guessesPerMinute: 100_000, strangersPerHour: 100_000 },
    });
    const month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    otherMspId = await month.msp({ name: 'MSP Beta', distributorId });
    await month.programme({ code: 'other' });
    tokens.vendor = await api.token('vendor');
    browser = await admitToSession(api.database.db, 'vendor');
    tokens.service_provider = await api.token('service_provider', { companyId: mspId });
    tokens.distributor = await api.token('distributor', { companyId: distributorId });
    for (const view of ['system_integrator', 'customer'] as const) {
      tokens[view] = await api.token(view, { companyId: await month.company(view) });
    }
  });
  afterAll(() => api.close());

  const tokenOf = (view: View) => tokens[view] ?? '';
  /** A token that gets past the question whether the sender may. */
  const tokenFor = (route: Route) => {
    if (!isAction(route.action)) return {};
    return route.session ? { headers: browser } : { token: tokenOf(viewsOf(route)[0] ?? 'vendor') };
  };

  it.each(guarded)('%s asks for a token', async (_name, route) => {
    const answer = await api.call(route.method.toUpperCase(), addressOf(route));
    expect(answer.status).toBe(401);
    expect(answer.json.code).toBe('UNAUTHENTICATED');
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it.each(guarded.filter(([, route]) => route.path.includes('{mspId}') && viewsOf(route).includes('service_provider')))(
    '%s tells an MSP nothing about another MSP',
    async (_name, route) => {
      const path = addressOf(route, { mspId: otherMspId });
      const answer = await api.call(route.method.toUpperCase(), path, {
        token: tokenOf('service_provider'),
        ...(route.method === 'get' ? {} : { body: {} }),
      });
      const unknown = await api.call(route.method.toUpperCase(), addressOf(route, { mspId: randomUUID() }), {
        token: tokenOf('service_provider'),
        ...(route.method === 'get' ? {} : { body: {} }),
      });
      expect([answer.status, answer.json.code]).toEqual([404, 'NOT_FOUND']);
      expect({ ...answer.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
    },
  );

  it.each(filtered)(
    'case 62, a relative: %s by a %s that does not exist is 404, as an id in the path is',
    async (_name, filter, route) => {
      const address = addressOf(route, { mspId, programme: 'msp' });
      const unknown = filter === 'programme' ? 'nowhere' : randomUUID();
      const answer = await api.call('GET', `${address}?${filter}=${unknown}`, tokenFor(route));
      expect([answer.status, answer.json.code, answer.json.errors[0]?.field]).toEqual([404, 'NOT_FOUND', filter]);
    },
  );

  it('case 62, a relative: of another company a list says what it says of one that does not exist, and is empty of its own', async () => {
    const ask = (query: string) => api.call('GET', `/v1/statements?${query}`, { token: tokenOf('service_provider') });
    const [foreign, unknown, own] = [`mspId=${otherMspId}`, `mspId=${randomUUID()}`, `mspId=${mspId}&programme=msp`];
    const [theirs, nobodys] = [await ask(foreign), await ask(unknown)];
    expect({ ...theirs.json, instance: '' }).toEqual({ ...nobodys.json, instance: '' });
    expect([theirs.status, (await ask(own)).json]).toEqual([404, { items: [], next: null }]);
  });

  const OUTSIDE = ['service_provider', 'distributor', 'customer', 'system_integrator'] as const;
  const outside = (routes: [string, Route][]) =>
    routes.flatMap(([name, route]) =>
      OUTSIDE.filter((view) => viewsOf(route).includes(view)).map((view): [string, string, Route] => [
        name,
        view,
        route,
      ]),
    );
  it.each(
    outside(withQuery.filter(([, { path, query }]) => path.includes('{programme}') || 'programme' in query.shape)),
  )(
    '%s says of a programme that is none of a %s’s what it says of one that is not there',
    async (_name, view, route) => {
      const ask = async (programme: string) => {
        const query = 'programme' in route.query.shape ? `?programme=${programme}` : '';
        const path = `${addressOf(route, { mspId, programme })}${query}`;
        const { status, json } = await api.call('GET', path, { token: tokenOf(view as View) });
        return JSON.parse(JSON.stringify([status, { ...json, instance: '' }]).replaceAll(programme, 'X'));
      };
      const [foreign, unknown] = [await ask('other'), await ask('nowhere')];
      expect([foreign[0], foreign]).toEqual([404, unknown]);
    },
  );

  it('an MSP orders nothing in a programme in which it takes no part, as in one that is not there', async () => {
    const order = async (programme: string) => {
      const body = { order: { kind: 'product', programme, product: 'backup' } };
      const { status, json } = await api.call('POST', `/v1/msps/${mspId}/orders/quote`, {
        token: tokenOf('service_provider'),
        body,
      });
      return [status, json.code, json.detail?.replaceAll(programme, 'X')];
    };
    expect([(await order('other'))[0], await order('other')]).toEqual([404, await order('nowhere')]);
  });

  it.each(withBody)('%s refuses fields it does not know', async (_name, route) => {
    const path = addressOf(route, { mspId });
    const answer = await api.call(route.method.toUpperCase(), path, { ...tokenFor(route), body: { nonsense: true } });
    expect(answer.status).toBe(422);
    expect(answer.json.errors).toContainEqual(expect.objectContaining({ field: '/nonsense', code: 'UNKNOWN_FIELD' }));
  });

  it.each(withBody)('%s refuses __proto__', async (_name, route) => {
    const body = Buffer.from('{"__proto__":{"view":"vendor"},"constructor":{"prototype":{}}}');
    const path = addressOf(route, { mspId });
    const answer = await api.call(route.method.toUpperCase(), path, { ...tokenFor(route), body });
    expect(answer.status).toBe(422);
    expect(({} as Record<string, unknown>).view).toBeUndefined();
  });

  // A provider's answer may have parameters of its own (OpenID Connect Core 3.1.2.5): those are not looked at.
  const strict = withQuery.filter(([, { path }]) => path !== '/v1/sign-in/{provider}/callback');
  it.each(strict)('%s refuses parameters it does not know', async (_name, route) => {
    const answer = await api.call('GET', `${addressOf(route, { mspId })}?nonsense=1`, tokenFor(route));
    expect([answer.status, answer.json.errors[0].field]).toEqual([422, 'nonsense']);
  });

  it.each(withQuery.filter(([, { query }]) => Object.keys(query.shape).length > 0))(
    '%s takes SQL in its parameters for text',
    async (_name, route) => {
      for (const name of Object.keys(route.query.shape)) {
        for (const value of [
          "' or 1=1; drop table msp; --",
          '%',
          '\\',
          '"; select pg_sleep(5); --',
          'a\u0000b',
          '\u{1F600}',
          'x'.repeat(3000),
        ]) {
          const query = new URLSearchParams({ [name]: value });
          const answer = await api.call('GET', `${addressOf(route, { mspId })}?${query.toString()}`, tokenFor(route));
          expect([200, 404, 422]).toContain(answer.status);
          if (answer.status === 200 && answer.json !== undefined) expect(answer.json.items ?? []).toEqual([]);
        }
      }
    },
  );

  it('is in the OpenAPI document, once, with what it takes', async () => {
    const { json } = await api.call('GET', '/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    const ids = new Set<string>();
    for (const route of ROUTES) {
      const operation = json.paths[route.path]?.[route.method];
      expect([route.path, operation?.summary]).toEqual([route.path, route.summary]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(Object.keys(route.responses)));
      expect(operation.security.length > 0).toBe(route.action !== 'public');
      ids.add(operation.operationId);
    }
    expect(ids.size).toBe(ROUTES.length);
    const refs = [...JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '');
    for (const name of refs) expect(Object.keys(json.components.schemas)).toContain(name);
  });
});
