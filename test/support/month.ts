/**
 * A month in a few lines: a programme, MSPs, sites and what they sent, straight into the database, and the close's own
 * steps over it. For tests of the month's arithmetic; the scenarios play the same over HTTP and Temporal.
 */
import { TERMINAL } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { issue } from '../../activities/issueStatements.js';
import { openRun } from '../../activities/openPeriod.js';
import { reconcile } from '../../activities/reconcileShard.js';
import { ALL, rows, type Database, type Trx } from '../../db/connect.js';
import { openShards } from '../../db/closing/openRun.js';
import { insertCompany } from '../../db/parties/companyStore.js';
import { insertDistributor } from '../../db/parties/distributorStore.js';
import { insertMsp } from '../../db/parties/mspStore.js';
import { insertRates } from '../../db/prices/publishedRates.js';
import { insertUnknownKeys, settleByDefault } from '../../db/closing/reconciliation.js';
import { loadStatements, type IssuedStatement } from '../../db/statements/statementStore.js';
import { ensureCheckInPartition, storeCheckIns } from '../../db/usage/checkInStore.js';
import type { View } from '../../domain/access/views.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import { parsePeriod, periodDays } from '../../domain/period.js';
import { instalmentsOf, type TermPrices } from '../../domain/licences/termPrice.js';
import type { Price } from '../../domain/pricing/index.js';
import type { Statement } from '../../domain/statement.js';
import { runKeyOf, type RunInput } from '../../domain/run.js';
import type { Locale } from '../../locales/index.js';
import { ecbFile } from '../../rates/ecbFile.js';

export interface DistributorSpec {
  code: string;
  currency: string;
  country: string;
  locale?: Locale;
  zone?: string;
}

export interface CheckInSpec {
  at: string;
  tenant: string | null;
  meter: MeterCode;
  count: number;
  installation?: string;
  clockOffsetSeconds?: number;
  /** By the site's own clock, where that is off; left out: as it was counted. */
  observedAt?: string;
  receivedAt?: string;
}

const CLOSED_AT = new Date('2026-11-20T12:00:00Z');

/** The statements of a run, in the order of their numbers. */
export async function issuedStatements(trx: Trx, { programme, period }: RunInput): Promise<IssuedStatement[]> {
  const ids = await rows<{ id: string }>(
    trx,
    'select id from statement where programme_code = :programme and period = :period order by number',
    { programme, period },
  );
  return loadStatements(
    trx,
    ids.map(({ id }) => id),
  );
}

export function monthFixture(db: Database) {
  const run = <T>(sql: string, bindings: Record<string, never> | Record<string, unknown> = {}) =>
    db.transaction(ALL, (trx) => rows<T>(trx, sql, bindings as never));

  /** Months are closed in order: a test that runs the workflow sets `firstPeriod` to the first month it closes. */
  const programme = async (
    spec: { code?: string; zone?: string; baseCurrency?: string; firstPeriod?: string; settings?: object } = {},
  ) => {
    const { code = 'msp', zone = 'Europe/Berlin', baseCurrency = 'EUR', firstPeriod = '2025-01', settings = {} } = spec;
    await run(
      `with made as (insert into programme (code, name, vendor, base_currency, first_period, created_at)
         values (:code, :name, :vendor, :baseCurrency, :firstPeriod, :at) on conflict do nothing returning code)
       insert into programme_setting (programme_code, version, from_period, zone, settings, set_at, set_by)
       select code, 1, :firstPeriod, :zone, :settings, :at, '{"kind": "kontor", "id": "kontor", "name": "test"}' from made`,
      {
        code,
        name: `Programme ${code}`,
        baseCurrency,
        firstPeriod,
        zone,
        settings: JSON.stringify(settings),
        at: new Date('2025-01-01T00:00:00Z'),
        vendor: JSON.stringify({
          name: code === 'msp' ? 'Vendor' : `Vendor of ${code}`,
          registrationNumber: 'HRB 1',
          address: ['Street 1', '10115 Berlin'],
          country: 'DE',
          email: `partners@${code === 'msp' ? 'vendor' : code}.example`,
        }),
      },
    );
    return code;
  };

  /** Its addresses are confirmed: it gets mail. */
  const confirmed = (companyId: string) =>
    run(`update company_contact set confirmed_at = named_at where company_id = :companyId returning id`, { companyId });

  const distributor = async ({ code, currency, country, locale = 'en', zone = 'Europe/Berlin' }: DistributorSpec) => {
    await programme();
    const id = randomUUID();
    await db.transaction(ALL, (trx) =>
      insertDistributor(
        trx,
        {
          id,
          code,
          name: `Distributor ${code}`,
          registrationNumber: 'D-1',
          address: ['Road 1'],
          country,
          email: `billing@${code.toLowerCase()}.example`,
          currency,
          locale,
          zone,
        },
        { at: new Date('2025-01-01T00:00:00Z'), by: TERMINAL },
      ),
    );
    await confirmed(id);
    return id;
  };

  /** A company of one view, which takes part in nothing. */
  const company = async (view: View) => {
    const id = randomUUID();
    const seat = { registrationNumber: id, address: ['Road 3'], country: 'DE', zone: 'UTC' };
    const at = new Date('2025-01-01T00:00:00Z');
    await db.transaction(ALL, (trx) =>
      insertCompany(trx, { id, name: `Company ${view}`, ...seat, locale: 'en' }, view, at),
    );
    return id;
  };

  const pricePlan = async (plan: {
    currency: string;
    distributorId?: string | null;
    prices: Partial<Record<MeterCode, Price>>;
    minimumMinor?: bigint | null;
    firstMonth?: 'billed' | 'unbilled';
    programme?: string;
    fromPeriod?: string;
    termPrices?: TermPrices;
  }) => {
    const id = randomUUID();
    await run(
      `insert into price_plan (id, programme_code, name, distributor_id, currency, from_period, monthly_minimum_minor,
         first_month, prices, term_prices, created_at)
       values (:id, :programme, 'Price list', :distributorId, :currency, :fromPeriod, :minimum, :firstMonth, :prices, :termPrices, :at)`,
      {
        id,
        programme: plan.programme ?? 'msp',
        distributorId: plan.distributorId ?? null,
        currency: plan.currency,
        fromPeriod: plan.fromPeriod ?? '2025-01',
        minimum: plan.minimumMinor === undefined || plan.minimumMinor === null ? null : plan.minimumMinor.toString(),
        firstMonth: plan.firstMonth ?? 'billed',
        prices: JSON.stringify(plan.prices),
        termPrices: JSON.stringify(plan.termPrices ?? {}),
        at: CLOSED_AT,
      },
    );
    return id;
  };

  /** Takes part in a programme, billed from `joined` to `left`. */
  const participation = async (spec: {
    mspId: string;
    distributorId: string;
    programme?: string;
    joined?: string;
    left?: string;
  }) => {
    await run(
      `with made as (insert into participation (msp_id, programme_code, state, joined_period, left_period, applied_at,
           decide_until, decided_at, decided_by)
         values (:mspId, :programme, :state, :joined, :left, :at, :at, :at, '{"kind": "kontor", "id": "kontor", "name": "partner team"}') returning msp_id)
       insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
       select msp_id, :programme, '2000-01', :distributorId from made`,
      {
        mspId: spec.mspId,
        distributorId: spec.distributorId,
        programme: spec.programme ?? 'msp',
        state: spec.left === undefined ? 'approved' : 'left',
        joined: spec.joined ?? '2025-01',
        left: spec.left ?? null,
        at: new Date('2025-01-01T00:00:00Z'),
      },
    );
  };

  const msp = async (spec: {
    name: string;
    distributorId: string;
    zone?: string;
    locale?: Locale;
    country?: string;
    programme?: string;
    joined?: string;
    left?: string;
  }) => {
    const mspId = randomUUID();
    await db.transaction(ALL, (trx) =>
      insertMsp(
        trx,
        {
          id: mspId,
          name: spec.name,
          registrationNumber: `R-${spec.name}`,
          address: ['Road 2'],
          country: spec.country ?? 'DE',
          contactName: 'Contact',
          email: `billing@${mspId}.example`,
          locale: spec.locale ?? 'en',
          zone: spec.zone ?? 'Europe/Berlin',
        },
        { at: new Date('2025-01-01T00:00:00Z'), by: TERMINAL },
      ),
    );
    await confirmed(mspId);
    await participation({ ...spec, mspId });
    return mspId;
  };

  const site = async (spec: {
    mspId: string;
    name: string;
    product?: string;
    programme?: string;
    fromPeriod?: string;
    tenants?: string[];
    activatedAt?: string;
    revokedAt?: string;
    /** Left out: the vendor. */
    revokedBy?: 'msp' | 'vendor';
    installations?: number;
  }) => {
    const siteId = randomUUID();
    const keyId = randomUUID();
    const at = new Date(spec.activatedAt ?? '2026-01-15T00:00:00Z');
    const base = { mspId: spec.mspId, siteId, keyId, at };
    await run(
      `insert into site (msp_id, id, programme_code, from_period, name, product, kind, channel, state, created_at,
         activated_at)
       values (:mspId, :siteId, :programme, :fromPeriod, :name, :product, 'managed', 'push', 'active', :at, :at)`,
      {
        ...base,
        name: spec.name,
        product: spec.product ?? 'mail-server',
        programme: spec.programme ?? 'msp',
        fromPeriod: spec.fromPeriod ?? at.toISOString().slice(0, 7),
      },
    );
    await run(
      `insert into metered_key (msp_id, id, kind, site_id, key_hash, state, issued_at, ended_how, ended_at, ended_by)
       values (:mspId, :keyId, 'metered', :siteId, decode(md5(:keyId), 'hex'), :state, :at, :how, :ended, :by)`,
      {
        ...base,
        state: spec.revokedAt === undefined ? 'active' : 'revoked',
        how: spec.revokedAt === undefined ? null : 'revoked',
        ended: spec.revokedAt ?? null,
        by: spec.revokedAt === undefined ? null : (spec.revokedBy ?? 'vendor'),
      },
    );
    const installations: string[] = [];
    for (let index = 0; index < (spec.installations ?? 1); index += 1) {
      const id = randomUUID();
      await run(
        `insert into installation (msp_id, site_id, id, metered_key_id, enrolled_by, product_version, activated_at)
         values (:mspId, :siteId, :id, :keyId, 'key', '20.0.0', :activated)`,
        { ...base, id, activated: new Date(at.getTime() + index) },
      );
      installations.push(id);
    }
    for (const ref of spec.tenants ?? ['main']) {
      const tenantId = randomUUID();
      await run(
        `insert into tenant (msp_id, id, ref, name, state, created_at) values (:mspId, :tenantId, :ref, :name, 'active', :at)
         on conflict do nothing`,
        { ...base, tenantId, ref, name: `Tenant ${ref}` },
      );
      await run(
        `insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
         select :mspId, :siteId, :ref, id, :from from tenant where msp_id = :mspId and ref = :ref`,
        { ...base, ref, from: spec.fromPeriod ?? at.toISOString().slice(0, 7) },
      );
    }
    return { mspId: spec.mspId, siteId, keyId, installations };
  };

  type Site = Awaited<ReturnType<typeof site>>;

  /** Stored as ingest stores it: received when it was counted, unless `receivedAt` says otherwise. */
  const checkIn = async (of: Site, spec: CheckInSpec) => {
    const at = new Date(spec.at);
    const observedAt = new Date(spec.observedAt ?? spec.at);
    const receivedAt = new Date(spec.receivedAt ?? spec.at);
    const installationId = spec.installation ?? of.installations[0] ?? '';
    const counts = [{ tenant: spec.tenant, meter: spec.meter, count: spec.count }];
    const checkIns = [
      {
        observedAt,
        countedAt: at,
        counts,
        backups: null,
        extra: null,
        contentHash: spec.count.toString(16).padStart(8, '0'),
      },
    ];
    const from = { mspId: of.mspId, siteId: of.siteId, installationId };
    const message = { kind: 'checkIns' as const, from, channel: 'push' as const, version: 1, productVersion: null };
    await db.transaction(ALL, async (trx) => {
      await ensureCheckInPartition(trx, observedAt.toISOString().slice(0, 7));
      const clock = { sentAt: receivedAt, receivedAt, clockOffsetSeconds: spec.clockOffsetSeconds ?? 0 };
      await storeCheckIns(trx, [{ ...message, ...clock, checkIns }]);
    });
  };

  const report = async (
    of: Site,
    spec: {
      period: string;
      lines: { tenant: string | null; meter: MeterCode; peak: number }[];
      installation?: string;
      revision?: number;
      receivedAt?: string;
    },
  ) => {
    const at = new Date(spec.receivedAt ?? `${periodDays(parsePeriod(spec.period)).last}T22:00:00Z`);
    await run(
      `insert into usage_report (msp_id, site_id, installation_id, period, revision, sent_at, received_at,
         clock_offset_seconds, tenant_refs, meters, peaks, content_hash, channel, protocol_version)
       values (:mspId, :siteId, :installation, :period, :revision, :at, :at, 0, :tenants::text[], :meters::text[],
         :peaks::int[], '\\x00', 'push', 1)`,
      {
        mspId: of.mspId,
        siteId: of.siteId,
        installation: spec.installation ?? of.installations[0],
        period: spec.period,
        revision: spec.revision ?? 1,
        at,
        tenants: spec.lines.map(({ tenant }) => tenant),
        meters: spec.lines.map(({ meter }) => meter),
        peaks: spec.lines.map(({ peak }) => peak),
      },
    );
  };

  /** A term licence by an order that was approved, at no price unless one is given; until: the first day it does not cover. */
  const licence = async (
    of: { mspId: string; siteId: string },
    spec: {
      meter: MeterCode;
      count: number;
      from: string;
      until: string;
      tenant?: string;
      unitPrice?: string;
      currency?: string;
      billing?: 'whole' | 'twelfths';
      extends?: { id: string; from: string };
    },
  ) => {
    const years = Math.max(1, Number(spec.until.slice(0, 4)) - Number((spec.extends?.from ?? spec.from).slice(0, 4)));
    const id = randomUUID();
    await run(
      `with plan as (select id from price_plan order by created_at, id limit 1),
       ordered as (insert into purchase_order (msp_id, id, programme_code, kind, product, site_id, tenant_id, meter,
           count, years, starts_on, unit_price, price_currency, billing, amount_minor, price_plan_id, state, placed_at, placed_by,
           placed_view, decide_until, decided_at, decided_by, decided_how)
         select s.msp_id, :id, s.programme_code, 'licence', s.product, s.id, t.id, :meter, :count, :years, :from,
           :unitPrice, :currency, :billing, 0, plan.id, 'approved', :at, '{}', 'service_provider', :at, :at, '{}', 'person'
         from site s cross join plan left join tenant t on t.msp_id = s.msp_id and t.ref = :tenant
         where s.msp_id = :mspId and s.id = :siteId)
       select 1`,
      {
        ...{ id, mspId: of.mspId, siteId: of.siteId, years, at: new Date('2025-01-01T00:00:00Z') },
        ...{ meter: spec.meter, count: spec.count, from: spec.from, tenant: spec.tenant ?? '' },
        ...{ unitPrice: spec.unitPrice ?? '0', currency: spec.currency ?? 'EUR', billing: spec.billing ?? 'whole' },
      },
    );
    const termStartsOn = spec.extends?.from ?? spec.from;
    await run(
      `insert into term_licence (msp_id, id, order_id, site_id, tenant_id, meter, count, starts_on, ends_on, agreed_until,
         extends, term_starts_on, years, unit_price, price_currency, billing, instalments)
       select msp_id, id, id, site_id, tenant_id, meter, count, :from, :until, :until, :extends::uuid, :termStartsOn, years,
         unit_price, price_currency, billing, :instalments
       from purchase_order where id = :id`,
      {
        ...{ id, from: spec.from, until: spec.until, extends: spec.extends?.id ?? null, termStartsOn },
        instalments: instalmentsOf(spec.billing ?? 'whole', { termStartsOn, startsOn: spec.from, years }),
      },
    );
    return id;
  };

  /**
   * Opens a run, whatever months came before it: participants, shards and deadlines. A shard for each zone where `now` is
   * before its deadlines.
   */
  const open = (
    period: string,
    now: Date = CLOSED_AT,
    programme = 'msp',
    { reviewUntil = null }: { reviewUntil?: string | null } = {},
  ) =>
    db.transaction(ALL, async (trx) => {
      const { first, last } = periodDays(parsePeriod(period));
      await insertRates(trx, await ecbFile().published(first, last));
      const opening = { openedBy: TERMINAL, collectUntil: null, reviewUntil, skipReason: null };
      await openRun(trx, { ...runKeyOf({ programme, period }), ...opening, now: now.toISOString() }, 'preview');
    });

  /** Opens and reconciles: afterwards cases can be looked at and decided. */
  const openAndReconcile = async (period: string, now: Date = CLOSED_AT, programme = 'msp') => {
    await open(period, now, programme);
    const key = runKeyOf({ programme, period });
    await db.transaction(ALL, async (trx) => {
      for (const { shard, msps } of await openShards(trx, key)) {
        await reconcile(trx, { ...key, shard, from: 0, to: msps }, now);
      }
      await insertUnknownKeys(trx, key, now);
    });
  };

  /** Ends the review and issues; returns the statements in the order of their numbers. */
  const endReviewAndIssue = async (period: string, now: Date = CLOSED_AT, programme = 'msp'): Promise<Statement[]> => {
    const key = runKeyOf({ programme, period });
    await db.transaction(ALL, async (trx) => {
      for (const { shard, msps } of await openShards(trx, key)) {
        await settleByDefault(trx, { ...key, shard }, now);
        await issue(trx, { ...key, shard, from: 0, to: msps }, now);
      }
    });
    const issued = await db.transaction(ALL, (trx) => issuedStatements(trx, { programme, period }));
    return issued.map(({ statement }) => statement);
  };

  const close = async (period: string, now: Date = CLOSED_AT, programme = 'msp'): Promise<Statement[]> => {
    await openAndReconcile(period, now, programme);
    return endReviewAndIssue(period, now, programme);
  };

  const cases = (period: string, programme = 'msp') =>
    run<{
      id: string;
      mspId: string;
      kind: string;
      state: string;
      resolvedBy: string | null;
      evidence: Record<string, unknown>;
    }>(
      `select id, msp_id as "mspId", kind, state, resolved_by as "resolvedBy", evidence from discrepancy
       where programme_code = :programme and period = :period order by kind, id`,
      { programme, period },
    );

  return {
    run,
    programme,
    distributor,
    company,
    pricePlan,
    participation,
    msp,
    site,
    checkIn,
    report,
    licence,
    open,
    openAndReconcile,
    endReviewAndIssue,
    close,
    cases,
  };
}
