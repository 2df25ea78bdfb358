/** Writes a world into a migrated, empty database as its owner, as the API and the ingest would have stored it. */
import type pg from 'pg';
import type { MeterCode } from '../domain/catalog/index.js';
import { EARLIEST_PERIOD, parsePeriod, periodDays } from '../domain/period.js';
import type { Price } from '../domain/pricing/index.js';
import { ecbFile } from '../rates/ecbFile.js';
import { PERIOD, PREVIOUS, PROGRAMME, type Batch, type World } from './world.js';

const SINCE = '2025-01-01T00:00:00Z';
const TEAM = '{"kind": "kontor", "id": "kontor", "name": "partner team"}';

/** In euro, converted where a distributor bills in another currency. */
const PRICES: Partial<Record<MeterCode, Price>> = {
  'mail-server.mailbox': {
    model: 'graduated',
    tiers: [{ upTo: 100, unitPrice: '2.50' }, { upTo: 1_000, unitPrice: '2.05' }, { unitPrice: '1.625' }],
  },
  'firewall.user': {
    model: 'volume',
    tiers: [{ upTo: 50, unitPrice: '4.10' }, { upTo: 500, unitPrice: '3.45' }, { unitPrice: '2.90' }],
  },
  'scanner.node': { model: 'package', size: 25, packagePrice: '19.90' },
};
const MINIMUM_MINOR = 2_500;

const VENDOR = {
  name: 'Vendor',
  registrationNumber: 'HRB 1',
  address: ['Street 1', '10115 Berlin'],
  country: 'DE',
  email: 'partners@vendor.example',
};

async function insertProgramme(client: pg.Client): Promise<void> {
  await client.query(
    `insert into programme (code, name, vendor, base_currency, first_period, created_at)
     values ($1, 'Programme', $2, 'EUR', $3, $4)`,
    [PROGRAMME, JSON.stringify(VENDOR), PREVIOUS, SINCE],
  );
  await client.query(
    `insert into programme_setting (programme_code, version, from_period, zone, settings, set_at, set_by)
     values ($1, 1, $2, 'Europe/Berlin', '{}', $3, $4)`,
    [PROGRAMME, PREVIOUS, SINCE, TEAM],
  );
  await client.query(
    `insert into price_plan (id, programme_code, name, currency, from_period, monthly_minimum_minor, first_month, prices, created_at)
     values (gen_random_uuid(), $1, 'Price list', 'EUR', '2025-01', $2, 'unbilled', $3, $4)`,
    [PROGRAMME, MINIMUM_MINOR, JSON.stringify(PRICES), SINCE],
  );
  const { first, last } = periodDays(parsePeriod(PERIOD));
  await client.query(
    `insert into exchange_rate (source, base, currency, day, rate, loaded_at, loaded_by)
     select x.source, x.base, x.currency, x.day, x.rate, $2, $3
     from jsonb_to_recordset($1) as x(source text, base text, currency text, day date, rate numeric)`,
    [JSON.stringify(await ecbFile().published(first, last)), SINCE, TEAM],
  );
}

const COMPANY = (view: string, address: string) => `
  company_row as (
    insert into company (id, name, registration_number, address, country, locale, created_at)
    select id, name, number, ${address}, country, locale, '${SINCE}' from x),
  zone_row as (insert into company_zone (company_id, from_period, zone) select id, '${EARLIEST_PERIOD}', zone from x),
  view_row as (insert into company_view (company_id, view) select id, '${view}' from x),
  contact_row as (
    insert into company_contact (id, company_id, purpose, name, email, named_at, named_by, confirmed_at)
    select contact, id, 'statements', 'Accounts', 'billing@' || id || '.example', '${SINCE}', '${TEAM}', '${SINCE}' from x)`;

/** Of an installation `x` its check-ins, one a day; by the ingest's own rule a clock that is off by over a day does not count. */
const CHECK_INS = `
  check_in_row as (
    insert into check_in (msp_id, site_id, installation_id, observed_at, counted_at, sent_at, received_at, clock_offset_seconds,
      tenant_refs, meters, quantities, content_hash, channel, protocol_version, product_version)
    select x.msp, x.site, x.id, t.at + c.off, t.at + case when abs(x.clock) > 86400 then interval '0' else c.off end,
      r.at + c.off, r.at, x.clock, x."references", array_fill(x.meter, array[cardinality(x."references")]), q.counts,
      sha256(convert_to(q.counts::text, 'UTF8')), 'push', 1, '20.1.0'
    from x
    cross join lateral (select make_interval(secs => x.clock) as off) c
    cross join lateral (select generate_series(x.first_day, 30) as day union all
      select x.repeated where x.repeated is not null) d
    cross join lateral (select timestamptz '2026-03-01 00:00Z' + make_interval(days => d.day, secs => x.second) as at) t
    cross join lateral (select case when d.day < x.late_from then t.at else timestamptz '2026-04-14 06:00Z' end as at) r
    cross join lateral (select case when x.second_tenant is null then array[x.first[d.day + 1]]
      else array[x.first[d.day + 1], x.second_tenant[d.day + 1]] end as counts) q
    on conflict do nothing
    returning msp_id, site_id, counted_at, received_at)`;

/** By kind of rows: `$1` is the JSON array. */
const INSERT: Record<Batch['kind'], string> = {
  distributors: `
    with x as materialized (
      select *, 'D-' || code as number from jsonb_to_recordset($1) as r(id uuid, contact uuid, code text, name text,
        country text, locale text, zone text, currency text)),
    ${COMPANY('distributor', `array['Road 1']`)}
    insert into distributor_terms (id, code, currency) select id, code, currency from x`,
  msps: `
    with x as materialized (
      select * from jsonb_to_recordset($1) as r(id uuid, contact uuid, distributor uuid, name text, number text,
        country text, locale text, zone text)),
    ${COMPANY('service_provider', `array['Road 2', '10115 Town']`)},
    terms_row as (insert into msp_terms (id, registered_at) select id, '${SINCE}' from x),
    member_row as (
      insert into participation (msp_id, programme_code, state, joined_period, applied_at, decide_until, decided_at, decided_by)
      select id, '${PROGRAMME}', 'approved', '2025-01', '${SINCE}', '${SINCE}', '${SINCE}', '${TEAM}' from x)
    insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
    select id, '${PROGRAMME}', '2000-01', distributor from x`,
  sites: `
    with x as materialized (
      select * from jsonb_to_recordset($1) as r(msp uuid, id uuid, key uuid, name text, product text, activated_at timestamptz,
        from_period text, revoked_at timestamptz, revoked_by text, tenants jsonb)),
    site_row as (
      -- Sites go on: those of which nothing was heard in the month were heard since.
      insert into site (msp_id, id, programme_code, name, product, kind, channel, from_period, state, created_at, activated_at,
        last_contact_at)
      select msp, id, '${PROGRAMME}', name, product, 'managed', 'push', from_period, 'active', activated_at, activated_at, now()
      from x),
    key_row as (
      insert into metered_key (msp_id, id, kind, site_id, key_hash, state, issued_at, ended_how, ended_at, ended_by)
      select msp, key, 'metered', id, sha256(key::text::bytea), case when revoked_at is null then 'active' else 'revoked' end,
        activated_at, case when revoked_at is not null then 'revoked' end, revoked_at, revoked_by from x),
    tenant_row as (
      insert into tenant (msp_id, id, ref, name, state, created_at)
      select x.msp, t.id, t.ref, t.name, 'active', x.activated_at
      from x cross join lateral jsonb_to_recordset(x.tenants) as t(id uuid, ref text, name text))
    insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
    select x.msp, x.id, t.reference, t.id, x.from_period
    from x cross join lateral jsonb_to_recordset(x.tenants) as t(id uuid, reference text)`,
  installations: `
    with x as materialized (
      select * from jsonb_to_recordset($1) as r(msp uuid, site uuid, id uuid, key uuid, meter text, "references" text[],
        activated_at timestamptz, second int, clock int, first_day int, late_from int, repeated int, first int[],
        second_tenant int[], peaks int[], peaks_before int[], reported_at timestamptz)),
    installation_row as (
      insert into installation (msp_id, site_id, id, metered_key_id, enrolled_by, product_version, activated_at, last_heard_at)
      select msp, site, id, key, 'key', '20.1.0', activated_at, now() from x),
    ${CHECK_INS},
    report_row as (
      insert into usage_report (msp_id, site_id, installation_id, period, revision, sent_at, received_at, clock_offset_seconds,
        tenant_refs, meters, peaks, content_hash, channel, protocol_version, product_version)
      select msp, site, id, g.period, 1, g.at + make_interval(secs => clock), g.at, clock, "references",
        array_fill(meter, array[cardinality("references")]), g.peaks, sha256(convert_to(g.peaks::text, 'UTF8')), 'push', 1, '20.1.0'
      from x cross join lateral (values ('${PERIOD}', peaks, reported_at),
        ('${PREVIOUS}', peaks_before, timestamptz '2026-03-01 18:00Z')) as g(period, peaks, at)
      where g.peaks is not null)
    -- Months that were over in some zone when the check-in came, as monthsOverAt has them (domain/siteMessage).
    insert into late_check_in (msp_id, site_id, period, last_received_at)
    select c.msp_id, c.site_id, m.counted, max(c.received_at)
    from check_in_row c cross join (values (-12), (14)) as zone(hours)
    cross join lateral (select to_char((c.counted_at at time zone 'UTC') + make_interval(hours => zone.hours), 'YYYY-MM') as counted,
      to_char((c.received_at at time zone 'UTC') + make_interval(hours => zone.hours), 'YYYY-MM') as received) m
    where c.counted_at < c.received_at and m.counted < m.received group by 1, 2, 3`,
  refused: `
    insert into refused_message (received_at, code, detail, claimed_period, claimed_site, msp_id)
    select r.at, r.code, r.detail, '${PERIOD}', r.site, r.msp
    from jsonb_to_recordset($1) as r(at timestamptz, code text, detail text, site text, msp uuid)`,
};

/** Months of check-ins as the sites' clocks have them. */
const PARTITIONS = ['2026-02-01', '2026-03-01', '2026-04-01'];

/** Writes all rows and leaves the tables vacuumed and analysed, as a database is that took its messages over a month. */
export async function insertWorld(client: pg.Client, world: World): Promise<void> {
  await client.query('set synchronous_commit = off');
  await insertProgramme(client);
  for (const month of PARTITIONS) await client.query('select kontor_check_in_partition($1::date)', [month]);
  for (const { kind, json } of world.batches) await client.query(INSERT[kind], [json]);
  await client.query('vacuum (analyze)');
}
