import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { scopeOf } from '../../api/principal.js';
import { ALL, rows, type Scope } from '../../db/connect.js';
import { migrate } from '../../db/schema/migrate.js';
import { createRenderPool } from '../../statements/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';
import { LOGIN_PASSWORD } from '../support/services.js';
import { corrector } from '../support/correctedMonths.js';
import { addTenancy, type Tenancy } from '../support/tenancy.js';

/** Tables that name somebody and are open to all, and why. */
const OPEN: Record<string, string> = {
  territory: 'which distributor serves a country is for everybody who wants to register',
  distributor_terms: 'code, currency and billing address of a distributor are printed on its documents',
};

/**
 * How a reader who is limited to tenants reaches each table: a row is of a tenant, of a site that serves one, of either (keys),
 * of a tenant or of a site that serves no other (licences), of the MSP; `own`: of the company it acts for; `never`: it spans tenants, or is the MSP's own
 * business; `team`: the partner team's alone; `parties`: told below.
 */
type Reach = 'tenant' | 'site' | 'key' | 'licence' | 'msp' | 'own' | 'never' | 'team' | 'parties';
const REACH: Record<string, Reach> = {
  access_level: 'team',
  answer_key: 'team',
  api_token: 'team',
  audit_event: 'team',
  billing_pack: 'parties',
  billing_pack_credit: 'never',
  billing_pack_response: 'parties',
  billing_pack_statement: 'never',
  case_comment: 'tenant',
  case_hand_over: 'tenant',
  case_person: 'team',
  check_in: 'never',
  company: 'msp',
  company_change: 'own',
  company_contact: 'never',
  company_view: 'msp',
  company_zone: 'own',
  correction: 'team',
  correction_document: 'never',
  credit: 'never',
  credit_number: 'team',
  customer_price_list: 'never',
  decision: 'team',
  desk_columns: 'never',
  discrepancy: 'tenant',
  enabled_product: 'msp',
  enrolment: 'never',
  enrolment_token: 'tenant',
  former_end: 'never',
  former_key: 'never',
  identity_provider: 'team',
  installation: 'site',
  key_destruction: 'key',
  late_check_in: 'never',
  legal_hold: 'team',
  mandate: 'parties',
  membership: 'team',
  metered_key: 'key',
  msp_logo: 'never',
  msp_terms: 'never',
  one_time_link: 'team',
  outbox: 'never',
  participation: 'msp',
  participation_distributor: 'never',
  person: 'team',
  person_identity: 'team',
  person_password: 'team',
  person_totp: 'team',
  price_plan: 'parties',
  purchase_order: 'never',
  quote: 'never',
  quote_number: 'team',
  reconciled_site: 'never',
  recovery_code: 'team',
  refused_claims: 'team',
  refused_message: 'team',
  restriction: 'team',
  run_participant: 'never',
  saved_filter: 'team',
  service_account: 'team',
  service_desk: 'msp',
  session: 'team',
  sign_in_attempt: 'team',
  sign_in_failure: 'team',
  signing_key: 'never',
  site: 'site',
  site_tenant: 'tenant',
  statement: 'never',
  statement_document: 'never',
  statement_line: 'tenant',
  statement_number: 'team',
  statement_revision: 'never',
  subscription: 'tenant',
  subscription_cap: 'tenant',
  suspension: 'never',
  tenant: 'tenant',
  tenant_document_release: 'msp',
  term_licence: 'licence',
  usage_report: 'never',
  waiting_list: 'team',
};
/** A distributor reads usage by kontor_usage, for the months it bills, of mails those to itself, no reasons of others, and nothing of what an MSP asks of its customers. */
const NOT_FOR_DISTRIBUTORS = [
  'check_in',
  'late_check_in',
  'usage_report',
  'outbox',
  'company_change',
  'key_destruction',
  'enrolment_token',
  'enrolment',
  'customer_price_list',
  'tenant_document_release',
  'msp_logo',
  'desk_columns',
  'quote',
  'service_desk',
  'case_hand_over',
  'case_comment',
];
/** Everybody's deeds are appended to the audit trail, in whoever's scope they happen; nobody but the partner team reads. */
const APPENDED_BY_ALL = ['audit_event'];

/** Names every row by whom it is of, such as "MSP Alpha / north". */
const NAMED: Record<string, string> = {
  tenant: `select m.name || ' / ' || x.ref as label from tenant x join who m on m.id = x.msp_id`,
  site: `select m.name || ' / ' || x.name as label from site x join who m on m.id = x.msp_id`,
  byTenant: `select m.name || ' / ' || t.ref as label from TABLE x join who m on m.id = x.msp_id
    join every_tenant t on t.id = x.tenant_id`,
  bySite: `select m.name || ' / ' || s.name as label from TABLE x join who m on m.id = x.msp_id
    join every_site s on s.id = x.site_id`,
  byEither: `select m.name || ' / ' || coalesce(t.ref, s.name, '?') as label from TABLE x join who m on m.id = x.msp_id
    left join every_tenant t on t.id = x.tenant_id left join every_site s on s.id = x.site_id`,
  byMsp: 'select m.name as label from TABLE x join who m on m.id = x.OWNER',
};
const OWNER: Record<string, string> = {
  company: 'id',
  msp_terms: 'id',
  company_contact: 'company_id',
  company_change: 'company_id',
  company_view: 'company_id',
  company_zone: 'company_id',
  quote: 'company_id',
};

function labelsOf(table: string): string {
  const kinds: Partial<Record<Reach, string>> = {
    tenant: 'byTenant',
    site: 'bySite',
    key: 'byEither',
    licence: 'byEither',
  };
  const by = kinds[REACH[table] ?? 'never'] ?? 'byMsp';
  const sql = NAMED[table] ?? NAMED[by] ?? '';
  return sql.replaceAll('TABLE', table).replaceAll('OWNER', OWNER[table] ?? 'msp_id');
}

interface Reader {
  name: string;
  scope: () => Promise<Scope> | Scope;
  tenants: string[];
  sites: string[];
  wholeSites: string[];
  /** The MSP that it acts for, if it is one. */
  own?: string[];
}

const NORTH = { tenants: ['MSP Alpha / north'], sites: ['MSP Alpha / North', 'MSP Alpha / North and South'] };
const BRANCH = { tenants: ['MSP Alpha / branch'], sites: ['MSP Alpha / Branch'] };
const EAST = { tenants: ['MSP Gamma / east'], sites: ['MSP Gamma / East'] };
const CUSTOMER = {
  tenants: [...BRANCH.tenants, ...NORTH.tenants, ...EAST.tenants],
  sites: [...BRANCH.sites, ...NORTH.sites, ...EAST.sites],
  wholeSites: [...BRANCH.sites, 'MSP Alpha / North', ...EAST.sites],
};
const NOTHING = { tenants: [], sites: [], wholeSites: [] };

describe('row level security', () => {
  let months: ClosedMonths;
  let tenancy: Tenancy;
  let tables: string[];
  /** Those of them that hold the MSP of a row. */
  let ofMsps: string[];
  let client: pg.Client;
  /** Of MSPs, tenants and sites, by id, as JSON: a reader need not see them. */
  let names: { who: string; tenants: string; sites: string };

  const labels = async (scope: Scope, table: string): Promise<string[]> => {
    const found = await months.database.db.transaction(scope, (trx) =>
      rows<{ label: string }>(
        trx,
        `with who as (select * from jsonb_to_recordset(:who::jsonb) as w(id uuid, name text)),
           every_tenant as (select * from jsonb_to_recordset(:tenants::jsonb) as w(id uuid, ref text)),
           every_site as (select * from jsonb_to_recordset(:sites::jsonb) as w(id uuid, name text)),
           found as (${labelsOf(table)})
         select distinct label from found where label is not null order by 1`,
        names,
      ),
    );
    return found.map(({ label }) => label);
  };

  const counts = async (scope: Scope, of: readonly string[], where = 'true', bindings: Record<string, string> = {}) => {
    const found: Record<string, number> = {};
    await months.database.db.transaction(scope, async (trx) => {
      for (const table of of) {
        const sql = `select count(*)::int as n from ${table} where ${where}`;
        const [row] = await rows<{ n: number }>(trx, sql, bindings);
        found[table] = row?.n ?? -1;
      }
    });
    return found;
  };
  const nothing = (of: readonly string[]) => Object.fromEntries(of.map((table) => [table, 0]));
  const reaching = (...reach: string[]) => tables.filter((table) => reach.includes(REACH[table] ?? ''));
  /** Tables with rows of MSPs that more than the partner team sees. */
  const shared = () => reaching('tenant', 'site', 'key', 'licence', 'msp', 'own', 'never');

  beforeAll(async () => {
    const pool = createRenderPool({ threads: 1 });
    months = await closedMonths(pool);
    const { month, database } = months;
    const { correct } = await corrector(months, pool);
    for (const [mspId, currency] of [
      [months.msps.alpha, 'EUR'],
      [months.msps.gamma, 'PLN'],
    ] as const) {
      const amount = { amount: '-1.00', currency };
      await correct(mspId, '2026-02', { change: 'amount', amount, booking: 'credit' });
      await database.asOwner(
        `insert into billing_pack_credit select b.id, c.msp_id, c.id from credit c
         join billing_pack b on b.distributor_id = c.distributor_id and b.period = c.period where c.msp_id = $1`,
        [mspId],
      );
      await database.asOwner(`update company set address = '{New Road 9}' where id = $1`, [mspId]);
      await correct(mspId, '2026-02', { change: 'reissue' });
    }
    await pool.close();
    tenancy = await addTenancy(months);
    for (const mspId of [months.msps.alpha, months.msps.gamma]) {
      await database.asOwner(
        `insert into enabled_product select msp_id, programme_code, 'backup', null, now(), '{}', null
         from participation where msp_id = $1`,
        [mspId],
      );
      await month.run(
        `insert into audit_event (id, at, actor, action, subject, msp_id, previous_hash, hash)
         values (0, now(), '{}', 'b', 'c', :mspId, '', '')`,
        { mspId },
      );
      await month.run(
        `insert into company_change (company_id, at, actor, before, after) values (:mspId, now(), '{}', '{}', '{}')`,
        { mspId },
      );
    }
    const [known] = await database.asOwner<typeof names>(
      `select (select jsonb_agg(jsonb_build_object('id', id, 'name', name))::text from msp) as who,
         (select jsonb_agg(jsonb_build_object('id', id, 'ref', ref))::text from tenant) as tenants,
         (select jsonb_agg(jsonb_build_object('id', id, 'name', name))::text from site) as sites`,
    );
    names = known ?? names;
    const found = await database.asOwner<{ name: string; msp: boolean }>(
      `select c.relname as name, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'msp_id') as msp
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
         and c.relrowsecurity order by 1`,
    );
    tables = found.map(({ name }) => name);
    ofMsps = found.filter(({ msp }) => msp).map(({ name }) => name);
    client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await months.database.drop();
  });

  it('is forced on every table that names an MSP, a tenant, a site, a company or a person, or a reason is given', async () => {
    const found = await months.database.asOwner<{ name: string; protected: boolean }>(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as protected
       from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and (
         exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped and a.attname in ('msp_id',
           'tenant_id', 'site_id', 'installation_id', 'company_id', 'customer_id', 'integrator_id', 'distributor_id',
           'person_id', 'service_account_id', 'membership_id', 'statement_id', 'billing_pack_id', 'email'))
         or exists (select from pg_constraint k where k.conrelid = c.oid and k.confrelid in ('company'::regclass,
           'msp_terms'::regclass, 'distributor_terms'::regclass, 'tenant'::regclass, 'site'::regclass, 'person'::regclass)))
       order by 1`,
    );
    expect(found.filter((table) => !table.protected).map(({ name }) => name)).toEqual(Object.keys(OPEN).sort());
    expect(tables).toEqual(Object.keys(REACH));
  });

  it('has rows of two tenants of one MSP, and of two MSPs, to tell apart', async () => {
    const told: Partial<Record<Reach, string[]>> = {
      tenant: ['MSP Alpha / north', 'MSP Alpha / south', 'MSP Gamma / east'],
      site: ['MSP Alpha / North', 'MSP Alpha / South', 'MSP Gamma / East'],
      key: ['MSP Alpha / North', 'MSP Alpha / south', 'MSP Gamma / East'],
      licence: ['MSP Alpha / North', 'MSP Alpha / south', 'MSP Gamma / East'],
    };
    for (const table of shared()) {
      const expected = told[REACH[table] ?? 'never'] ?? ['MSP Alpha', 'MSP Gamma'];
      expect([table, await labels(ALL, table)]).toEqual([table, expect.arrayContaining(expected)]);
    }
  });

  it('shows nothing without a scope, MSPs, their views and billing packs included', async () => {
    for (const table of [...tables, 'msp', 'billed_now']) {
      const { rows: found } = await client.query(`select 1 from ${table} limit 1`);
      expect([table, found]).toEqual([table, []]);
    }
  });

  it('shows an MSP its own rows and none of another’s', async () => {
    const scope: Scope = { kind: 'msp', mspId: months.msps.alpha };
    for (const table of shared()) {
      const own = (await labels(ALL, table)).filter((label) => label.startsWith('MSP Alpha'));
      expect([table, await labels(scope, table)]).toEqual([table, own]);
    }
    expect(await counts(scope, reaching('team', 'parties'))).toEqual(nothing(reaching('team', 'parties')));
  });

  it('shows a distributor the rows of its MSPs and of no other’s', async () => {
    const scope = await tenancy.scope('distributor', { companyId: tenancy.distributors.poland });
    for (const table of shared()) {
      const own = (await labels(ALL, table)).filter((label) => label.startsWith('MSP Gamma'));
      expect([table, await labels(scope, table)]).toEqual([table, NOT_FOR_DISTRIBUTORS.includes(table) ? [] : own]);
    }
    expect(await counts(scope, reaching('team'))).toEqual(nothing(reaching('team')));
  });

  const readers: Reader[] = [
    {
      name: 'a member who is limited to one tenant that tenant, without the unit below it',
      scope: () =>
        tenancy.scope('service_provider', { companyId: months.msps.alpha, tenantIds: [tenancy.tenants.north] }),
      ...NORTH,
      wholeSites: ['MSP Alpha / North'],
      own: ['MSP Alpha'],
    },
    {
      name: 'a member who is limited to a tenant and the units below both',
      scope: () =>
        tenancy.scope('service_provider', {
          companyId: months.msps.alpha,
          tenantIds: [tenancy.tenants.north],
          withBelow: true,
        }),
      tenants: [...BRANCH.tenants, ...NORTH.tenants],
      sites: [...BRANCH.sites, ...NORTH.sites],
      wholeSites: [...BRANCH.sites, 'MSP Alpha / North'],
      own: ['MSP Alpha'],
    },
    {
      name: 'a customer its own tenants, of two MSPs',
      scope: () => tenancy.scope('customer', { companyId: tenancy.companies.customer }),
      ...CUSTOMER,
    },
    {
      name: 'a system integrator the tenants of the customer it acts for',
      scope: () => tenancy.scope('system_integrator', { companyId: tenancy.companies.integrator }),
      ...CUSTOMER,
    },
    {
      name: 'an expert of an integrator who is limited to one of them that one',
      scope: () =>
        tenancy.scope('system_integrator', {
          companyId: tenancy.companies.integrator,
          tenantIds: [tenancy.tenants.east],
        }),
      ...EAST,
      wholeSites: EAST.sites,
    },
    {
      name: 'a reseller nothing',
      scope: () => tenancy.scope('reseller', { companyId: tenancy.companies.reseller }),
      ...NOTHING,
    },
    {
      name: 'nobody, that is the public, nothing',
      scope: () => scopeOf({ kind: 'public' }),
      ...NOTHING,
    },
  ];

  it.each(readers)('shows $name', async ({ scope: find, tenants, sites, wholeSites, own = [] }) => {
    const scope = await find();
    const mspsOf = [...new Set(tenants.map((label) => label.split(' / ')[0] ?? ''))];
    const expected = {
      tenant: tenants,
      site: sites,
      key: [...tenants, ...sites].sort(),
      licence: [...tenants, ...wholeSites].sort(),
      msp: mspsOf,
      own,
      never: [],
    };
    for (const table of shared()) {
      const reach = REACH[table] as keyof typeof expected;
      expect([table, (await labels(scope, table)).sort()]).toEqual([table, [...expected[reach]].sort()]);
    }
    expect(await counts(scope, reaching('team'))).toEqual(nothing(reaching('team')));
  });

  it.each(readers)('lets one write nothing who is shown $name', async ({ scope: find }) => {
    const scope = await find();
    const untouched = await counts(ALL, tables);
    for (const table of tables.filter((name) => name !== 'mandate')) {
      const [column] = await months.database.asOwner<{ name: string }>(
        `select quote_ident(attname) as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and attidentity = '' order by attnum limit 1`,
        [table],
      );
      const name = column?.name ?? '';
      for (const sql of [`update ${table} set ${name} = ${name} returning 1`, `delete from ${table} returning 1`]) {
        const done = await months.database.db
          .transaction(scope, (trx) => rows(trx, sql))
          .then(
            (changed) => changed.length,
            (error: unknown) => (error instanceof pg.DatabaseError ? error.code : String(error)),
          );
        expect([
          [table, 0],
          [table, '42501'],
        ]).toContainEqual([table, done]);
      }
    }
    expect(await counts(ALL, tables)).toEqual(untouched);
  });

  it('shows a mandate to the integrator and the customer alone', async () => {
    const { customer, integrator, reseller } = tenancy.companies;
    const seen = async (scope: Scope) => (await counts(scope, ['mandate'])).mandate;
    expect(await seen(await tenancy.scope('customer', { companyId: customer }))).toBe(1);
    expect(await seen(await tenancy.scope('system_integrator', { companyId: integrator }))).toBe(1);
    expect(await seen(await tenancy.scope('reseller', { companyId: reseller }))).toBe(0);
    expect(await seen({ kind: 'msp', mspId: months.msps.alpha })).toBe(0);
  });

  it('shows a distributor the price lists by which it bills, and to nobody else but the partner team any', async () => {
    const { germany, poland } = tenancy.distributors;
    const [base] = await months.month.run<{ id: string }>('select id from price_plan');
    await months.month.pricePlan({ currency: 'PLN', distributorId: poland, prices: {}, fromPeriod: '2090-01' });
    const seen = (scope: Scope) =>
      months.database.db.transaction(scope, (trx) => rows<{ id: string }>(trx, 'select id from price_plan'));
    expect(await seen({ kind: 'distributor', distributorId: germany })).toEqual([base]);
    expect(await seen({ kind: 'distributor', distributorId: poland })).toHaveLength(2);
    expect(await seen({ kind: 'msp', mspId: months.msps.alpha })).toEqual([]);
    expect(await seen(await tenancy.scope('customer', { companyId: tenancy.companies.customer }))).toEqual([]);
  });

  it('shows a distributor its own billing packs and mails only', async () => {
    const { germany } = tenancy.distributors;
    const seen = (scope: Scope) =>
      months.database.db.transaction(scope, async (trx) => ({
        packs: await rows<{ id: string }>(trx, 'select distinct distributor_id as id from billing_pack'),
        mails: await rows<{ id: string }>(trx, 'select distinct distributor_id as id from outbox'),
      }));
    expect(await seen({ kind: 'distributor', distributorId: germany })).toEqual({
      packs: [{ id: germany }],
      mails: [{ id: germany }],
    });
    expect((await seen({ kind: 'msp', mspId: months.msps.alpha })).packs).toEqual([]);
  });

  it('an MSP cannot write a row under another MSP', async () => {
    const { alpha, gamma } = months.msps;
    for (const table of ofMsps.filter((name) => !APPENDED_BY_ALL.includes(name))) {
      const columns = await months.database.asOwner<{ list: string }>(
        `select string_agg(quote_ident(attname), ', ' order by attnum) as list from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = ''`,
        [table],
      );
      const [own] = await months.database.asOwner<{ row: unknown }>(
        `select to_jsonb(x) || jsonb_build_object('msp_id', $2::uuid) as row from ${table} x where msp_id = $1 limit 1`,
        [alpha, gamma],
      );
      const list = columns[0]?.list ?? '';
      const written = months.database.db.transaction({ kind: 'msp', mspId: alpha }, (trx) =>
        rows(
          trx,
          `insert into ${table} (${list}) select ${list} from jsonb_populate_record(null::${table}, :row::jsonb)`,
          {
            row: JSON.stringify(own?.row),
          },
        ),
      );
      const message = await written.then(
        () => 'it was written',
        (error: unknown) => String(error),
      );
      expect([table, message]).toEqual([table, expect.stringContaining('violates row-level security policy')]);
    }
  });

  it('an MSP cannot change or remove another MSP’s rows', async () => {
    const { alpha, gamma } = months.msps;
    const untouched = await counts(ALL, ofMsps, 'msp_id = :gamma', { gamma });
    for (const table of ofMsps) {
      for (const sql of [`update ${table} set msp_id = msp_id`, `delete from ${table}`]) {
        const done = months.database.db
          .transaction({ kind: 'msp', mspId: alpha }, (trx) =>
            rows(trx, `${sql} where msp_id = :gamma returning 1`, { gamma }),
          )
          .then(
            (found) => found.length,
            (error: unknown) => (error instanceof pg.DatabaseError ? error.code : String(error)),
          );
        // No row is found, or the login role may not do that to anybody's rows.
        expect([0, '42501']).toContain(await done);
      }
    }
    expect(await counts(ALL, ofMsps, 'msp_id = :gamma', { gamma })).toEqual(untouched);
  });

  it('a partition of check-ins shows nothing that its parent would not, also after the next migration', async () => {
    await migrate(months.database.ownerUrl, LOGIN_PASSWORD);
    await client.query(`begin; set local kontor.scope = 'all'`);
    const { rows: through } = await client.query('select 1 from check_in limit 1');
    const { rows: past } = await client.query('select 1 from check_in_2026_03 limit 1');
    await client.query('rollback');
    expect([through.length, past.length]).toEqual([1, 0]);
  });
});
