import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../api/routes/index.js';
import { ACTIONS, isAction } from '../../domain/access/actions.js';
import { SYSTEM_LEVELS, type SystemLevel } from '../../domain/access/levels.js';
import { VIEWS, type View } from '../../domain/access/views.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

/** What docs/access.md says: from which level on a view may do something, and whether named tenants are enough. */
type Table = Record<string, Record<string, { level: SystemLevel; tenants: boolean } | null>>;

async function readTable(): Promise<Table> {
  const text = await readFile(new URL('../../../docs/access.md', import.meta.url), 'utf8');
  const [head = '', ...lines] = text.split('```')[1]?.trim().split('\n') ?? [];
  const views = head.split(/ {2,}/).slice(1);
  return Object.fromEntries(
    lines.map((line) => {
      const [action = '', ...cells] = line.split(/ {2,}| (?=-|[a-z])/);
      const entries = views.map((view, index) => {
        const [level = '-', tenants] = (cells[index] ?? '-').split(' ');
        const parsed = level === '-' ? null : { level: level as SystemLevel, tenants: tenants === '*' };
        return [view.replace(' ', '_'), parsed];
      });
      return [action, Object.fromEntries(entries)];
    }),
  );
}

const EXAMPLE = { period: '2026-03', programme: 'msp', country: 'IT', name: 'guide.pdf', language: 'en' };
const UUID = '6b1f0d3e-5a57-4c43-9d3a-0a8f4f3c2b11';

describe('docs/access.md', () => {
  let api: TestApi;
  let table: Table;
  const companies: Partial<Record<View, string>> = {};
  let tenantId: string;

  beforeAll(async () => {
    api = await startTestApi({
      limits: { perTokenPerMinute: 100_000, perAddressPerMinute: 100_000, updateTimeoutMs: 50 },
    });
    table = await readTable();
    const month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    tenantId = randomUUID();
    await month.run(
      `insert into tenant (msp_id, id, ref, name, state, created_at) values (:mspId, :tenantId, 'a', 'A', 'active', now())`,
      { mspId, tenantId },
    );
    companies.distributor = distributorId;
    companies.service_provider = mspId;
    for (const view of ['system_integrator', 'customer', 'reseller', 'partner'] as const) {
      companies[view] = await month.company(view);
    }
  });
  afterAll(() => api.close());

  it('names every action and every view once', () => {
    expect(Object.keys(table)).toEqual(Object.keys(ACTIONS));
    for (const row of Object.values(table)) expect(Object.keys(row)).toEqual(VIEWS);
  });

  const combinations = VIEWS.flatMap((view) =>
    SYSTEM_LEVELS.flatMap((level) => (['all', 'named tenants'] as const).map((scope) => [view, level, scope] as const)),
  ).filter(([view, , scope]) => scope === 'all' || view === 'service_provider');

  it.each(combinations)(
    'holds on every route for the view %s, the level %s, the scope %s',
    async (view, level, scope) => {
      const companyId = companies[view];
      const limited = scope !== 'all' || ['system_integrator', 'customer', 'reseller', 'partner'].includes(view);
      const token = await api.token(view, {
        level,
        ...(companyId === undefined ? {} : { companyId }),
        ...(scope === 'all' ? {} : { tenantIds: [tenantId] }),
      });
      const wrong: string[] = [];
      for (const route of ROUTES) {
        // What needs a session is refused to every token.
        if (!isAction(route.action) || route.session) continue;
        const cell = table[route.action]?.[view] ?? null;
        const may =
          cell !== null &&
          SYSTEM_LEVELS.indexOf(level) >= SYSTEM_LEVELS.indexOf(cell.level) &&
          (cell.tenants || !limited);
        const known: Record<string, string> = { ...EXAMPLE, mspId: companies.service_provider ?? '' };
        const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? UUID);
        const body = route.method === 'get' ? {} : { body: { nonsense: true } };
        const { status } = await api.call(route.method.toUpperCase(), path, { token, ...body });
        if (status === 401 || (status !== 403) !== may) wrong.push(`${route.method} ${route.path}: ${status}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});
