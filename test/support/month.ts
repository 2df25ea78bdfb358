/**
 * A month in a few lines: a programme, MSPs, sites and what they sent, straight into the database, and the close's own
 * steps over it. For tests of the month's arithmetic; the scenarios play the same over HTTP and Temporal.
 */
import { randomUUID } from 'node:crypto';
import { issue } from '../../activities/issueStatements.js';
import { openRun } from '../../activities/openPeriod.js';
import { reconcile } from '../../activities/reconcileShard.js';
import { ALL, rows, type Database } from '../../db/connect.js';
import { openShards } from '../../db/closing/openRun.js';
import { insertRates } from '../../db/prices/publishedRates.js';
import { insertUnknownKeys, settleByDefault } from '../../db/closing/reconciliation.js';
import { loadStatements } from '../../db/statements/statementStore.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import { parsePeriod, periodDays } from '../../domain/period.js';
import type { Price } from '../../domain/pricing/index.js';
import type { Statement } from '../../domain/statement.js';
import { ecbFile } from '../../rates/ecbFile.js';

export interface DistributorSpec {
  code: string;
  currency: string;
  country: string;
  locale?: string;
  zone?: string;
}

export interface CheckInSpec {
  at: string;
  tenant: string | null;
  meter: MeterCode;
  count: number;
  installation?: string;
  clockOffsetSeconds?: number;
}

const CLOSED_AT = new Date('2026-11-20T12:00:00Z');

export function monthFixture(db: Database) {
  const run = <T>(sql: string, bindings: Record<string, never> | Record<string, unknown> = {}) =>
    db.transaction(ALL, (trx) => rows<T>(trx, sql, bindings as never));

  const programme = async () => {
    await run(
      `insert into programme (code, name, zone, vendor) values ('msp', 'MSP programme', 'Europe/Berlin', :vendor)
       on conflict do nothing`,
      {
        vendor: JSON.stringify({
          name: 'Vendor',
          registrationNumber: 'HRB 1',
          address: ['Street 1', '10115 Berlin'],
          country: 'DE',
          email: 'partners@vendor.example',
        }),
      },
    );
  };

  const distributor = async ({ code, currency, country, locale = 'en', zone = 'Europe/Berlin' }: DistributorSpec) => {
    await programme();
    const id = randomUUID();
    await run(
      `insert into distributor (id, code, name, registration_number, address, country, email, currency, locale, zone)
       values (:id, :code, :name, 'D-1', :address, :country, :email, :currency, :locale, :zone)`,
      {
        id,
        code,
        name: `Distributor ${code}`,
        address: ['Road 1'],
        country,
        email: `billing@${code.toLowerCase()}.example`,
        currency,
        locale,
        zone,
      },
    );
    return id;
  };

  const pricePlan = async (plan: {
    currency: string;
    distributorId?: string | null;
    prices: Partial<Record<MeterCode, Price>>;
    minimumMinor?: bigint | null;
    firstMonth?: 'billed' | 'unbilled';
    validFrom?: string;
  }) => {
    const id = randomUUID();
    await run(
      `insert into price_plan (id, name, distributor_id, currency, valid_from, monthly_minimum_minor, first_month, prices,
         created_at)
       values (:id, 'Price list', :distributorId, :currency, :validFrom, :minimum, :firstMonth, :prices, :at)`,
      {
        id,
        distributorId: plan.distributorId ?? null,
        currency: plan.currency,
        validFrom: plan.validFrom ?? '2025-01-01',
        minimum: plan.minimumMinor === undefined || plan.minimumMinor === null ? null : plan.minimumMinor.toString(),
        firstMonth: plan.firstMonth ?? 'billed',
        prices: JSON.stringify(plan.prices),
        at: CLOSED_AT,
      },
    );
    return id;
  };

  const msp = async (spec: {
    name: string;
    distributorId: string;
    zone?: string;
    locale?: string;
    country?: string;
  }) => {
    const id = randomUUID();
    await run(
      `insert into msp (id, distributor_id, programme_code, name, registration_number, address, country, contact_name,
         email, mail_domain, locale, zone, state, applied_at, decide_until, decided_at, decided_by)
       values (:id, :distributorId, 'msp', :name, :registrationNumber, :address, :country, 'Contact', :email, :domain, :locale,
         :zone, 'approved', :at, :at, :at, 'partner team')`,
      {
        id,
        distributorId: spec.distributorId,
        name: spec.name,
        registrationNumber: `R-${spec.name}`,
        address: ['Road 2'],
        country: spec.country ?? 'DE',
        email: `billing@${id}.example`,
        domain: `${id}.example`,
        locale: spec.locale ?? 'en',
        zone: spec.zone ?? 'Europe/Berlin',
        at: new Date('2026-01-01T00:00:00Z'),
      },
    );
    return id;
  };

  const site = async (spec: {
    mspId: string;
    name: string;
    product?: string;
    tenants?: string[];
    activatedAt?: string;
    revokedAt?: string;
    installations?: number;
  }) => {
    const siteId = randomUUID();
    const keyId = randomUUID();
    const at = new Date(spec.activatedAt ?? '2026-01-15T00:00:00Z');
    const base = { mspId: spec.mspId, siteId, keyId, at };
    await run(
      `insert into site (msp_id, id, name, product, state, created_at, activated_at)
       values (:mspId, :siteId, :name, :product, 'active', :at, :at)`,
      { ...base, name: spec.name, product: spec.product ?? 'mail-server' },
    );
    await run(
      `insert into metered_key (msp_id, id, site_id, key_hash, state, issued_at, ended_at)
       values (:mspId, :keyId, :siteId, decode(md5(:keyId), 'hex'), :state, :at, :ended)`,
      { ...base, state: spec.revokedAt === undefined ? 'active' : 'revoked', ended: spec.revokedAt ?? null },
    );
    const installations: string[] = [];
    for (let index = 0; index < (spec.installations ?? 1); index += 1) {
      const id = randomUUID();
      await run(
        `insert into installation (msp_id, site_id, id, metered_key_id, product_version, activated_at)
         values (:mspId, :siteId, :id, :keyId, '20.0.0', :activated)`,
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
        `insert into site_tenant (msp_id, site_id, tenant_id)
         select :mspId, :siteId, id from tenant where msp_id = :mspId and ref = :ref`,
        { ...base, ref },
      );
    }
    return { mspId: spec.mspId, siteId, installations };
  };

  type Site = Awaited<ReturnType<typeof site>>;

  const checkIn = async (of: Site, spec: CheckInSpec) => {
    const at = new Date(spec.at);
    await run(`select kontor_check_in_partition(:day::date)`, { day: spec.at.slice(0, 10) });
    await run(
      `insert into check_in (msp_id, site_id, installation_id, observed_at, counted_at, sent_at, received_at,
         clock_offset_seconds, tenant_refs, meters, quantities, content_hash)
       values (:mspId, :siteId, :installation, :at, :at, :at, :at, :offset, :tenants::text[], :meters::text[],
         :counts::int[], '\\x00')`,
      {
        mspId: of.mspId,
        siteId: of.siteId,
        installation: spec.installation ?? of.installations[0],
        at,
        offset: spec.clockOffsetSeconds ?? 0,
        tenants: [spec.tenant],
        meters: [spec.meter],
        counts: [spec.count],
      },
    );
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
         clock_offset_seconds, tenant_refs, meters, peaks, content_hash)
       values (:mspId, :siteId, :installation, :period, :revision, :at, :at, 0, :tenants::text[], :meters::text[],
         :peaks::int[], '\\x00')`,
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

  /** Opens and reconciles: afterwards cases can be looked at and decided. */
  const openAndReconcile = (period: string, now: Date = CLOSED_AT) =>
    db.transaction(ALL, async (trx) => {
      const { first, last } = periodDays(parsePeriod(period));
      await insertRates(trx, await ecbFile().published(first, last));
      await openRun(trx, {
        period,
        openedBy: 'first person',
        collectUntil: null,
        reviewUntil: null,
        now: now.toISOString(),
      });
      for (const { shard, msps } of await openShards(trx, parsePeriod(period))) {
        await reconcile(trx, { period, shard, from: 0, to: msps }, now);
      }
      await insertUnknownKeys(trx, period, now);
    });

  /** Ends the review and issues; returns the statements in the order of their numbers. */
  const endReviewAndIssue = async (period: string, now: Date = CLOSED_AT): Promise<Statement[]> => {
    const ids = await db.transaction(ALL, async (trx) => {
      for (const { shard, msps } of await openShards(trx, parsePeriod(period))) {
        await settleByDefault(trx, period, shard, now);
        await issue(trx, { period, shard, from: 0, to: msps }, now);
      }
      return rows<{ id: string }>(trx, 'select id from statement where period = :period order by number', { period });
    });
    const loaded = await db.transaction(ALL, (trx) =>
      loadStatements(
        trx,
        ids.map(({ id }) => id),
      ),
    );
    return loaded.map(({ statement }) => statement);
  };

  const close = async (period: string, now: Date = CLOSED_AT): Promise<Statement[]> => {
    await openAndReconcile(period, now);
    return endReviewAndIssue(period, now);
  };

  const cases = (period: string) =>
    run<{
      id: string;
      mspId: string;
      kind: string;
      state: string;
      resolvedBy: string | null;
      evidence: Record<string, unknown>;
    }>(
      `select id, msp_id as "mspId", kind, state, resolved_by as "resolvedBy", evidence from discrepancy
       where period = :period order by kind, id`,
      { period },
    );

  return { run, distributor, pricePlan, msp, site, checkIn, report, openAndReconcile, endReviewAndIssue, close, cases };
}
