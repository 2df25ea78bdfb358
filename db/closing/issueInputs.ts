import type { MeterCode } from '../../domain/catalog/index.js';
import { groupBy } from '../../domain/groupBy.js';
import { addMonths, type Day, type Period } from '../../domain/period.js';
import type { PricePlan } from '../../domain/pricing/pricePlan.js';
import type { Decision, DiscrepancyKind, Evidence, Resolution } from '../../domain/reconcile/index.js';
import type { Locale, Party, Statement } from '../../domain/statement.js';
import type { SiteFacts } from '../../domain/usage.js';
import { rows, type Trx } from '../connect.js';
import { storedPrices } from '../prices/storedPrices.js';
import { selected, type Selection } from './participants.js';

/** A settled or open case, as far as rating and the statement need it. */
export interface IssueCase {
  kind: DiscrepancyKind;
  siteId: string | null;
  tenantRef: string | null;
  meter: MeterCode | null;
  evidence: Evidence;
  /** Null: still open. */
  resolution: Resolution | null;
}

interface ParticipantRow {
  mspId: string;
  distributorId: string;
  distributorCode: string;
  msp: Party;
  distributor: Party;
  vendor: Party;
  locale: Locale;
  zone: string;
  currency: string;
  statementDate: Day;
}

/** One MSP that is due to be issued, with everything frozen or decided about its month. */
export interface IssueInput extends ParticipantRow {
  sites: SiteFacts[];
  cases: IssueCase[];
  /** Names of the MSP's tenants by id. */
  tenantNames: Map<string, string>;
  history: Statement['history'];
}

interface CaseRow {
  mspId: string;
  kind: DiscrepancyKind;
  siteId: string | null;
  tenantRef: string | null;
  meter: MeterCode | null;
  evidence: Evidence;
  resolvedBy: 'rule' | 'default' | 'person' | null;
  decision: Decision | null;
  quantity: number | null;
  reason: string | null;
}

type StoredFacts = Omit<SiteFacts, 'revokedAt'> & { revokedAt: string | null };

/** Periods the chart shows besides this one. */
const HISTORY_PERIODS = 5;

function resolutionOf(row: CaseRow): Resolution | null {
  switch (row.resolvedBy) {
    case null:
      return null;
    case 'rule':
    case 'default':
      return { by: row.resolvedBy };
    case 'person':
      return { by: 'person', decision: row.decision ?? 'accept', quantity: row.quantity, reason: row.reason };
  }
}

const groupByMsp = <T extends { mspId: string }>(items: readonly T[]) => groupBy(items, ({ mspId }) => mspId);

/** Locks the participants that are not issued yet, so that two closes cannot issue the same MSP (I1), and loads them. */
export async function loadIssueInputs(trx: Trx, selection: Selection): Promise<IssueInput[]> {
  const { sql, bindings } = selected(selection);
  const participants = await rows<ParticipantRow>(
    trx,
    `select p.msp_id as "mspId", m.distributor_id as "distributorId", d.code as "distributorCode", m.locale, m.zone,
       d.currency, s.statement_date as "statementDate", g.vendor,
       jsonb_build_object('name', m.name, 'registrationNumber', m.registration_number, 'address', m.address,
         'country', m.country, 'email', m.email) as msp,
       jsonb_build_object('name', d.name, 'registrationNumber', d.registration_number, 'address', d.address,
         'country', d.country, 'email', d.email) as distributor
     from run_participant p
     join run_shard s on s.period = p.period and s.shard = p.shard
     join msp m on m.id = p.msp_id
     join distributor d on d.id = m.distributor_id
     join programme g on g.code = m.programme_code
     where ${sql} and p.state <> 'issued' ${'mspId' in selection ? '' : `and p.state = 'open'`}
     order by p.position for update of p`,
    bindings,
  );
  if (participants.length === 0) return [];
  const msps = { ids: participants.map(({ mspId }) => mspId), period: selection.period };

  const facts = groupByMsp(
    await rows<{ mspId: string; facts: StoredFacts }>(
      trx,
      `select msp_id as "mspId", facts from reconciled_site where period = :period and msp_id = any(:ids)`,
      msps,
    ),
  );
  const cases = groupByMsp(
    await rows<CaseRow>(
      trx,
      `select msp_id as "mspId", kind, site_id as "siteId", tenant_ref as "tenantRef", meter, evidence,
         resolved_by as "resolvedBy", decision, decided_quantity as quantity, reason
       from discrepancy where period = :period and msp_id = any(:ids)`,
      msps,
    ),
  );
  const tenants = groupByMsp(
    await rows<{ mspId: string; id: string; name: string }>(
      trx,
      `select msp_id as "mspId", id, name from tenant where msp_id = any(:ids)`,
      msps,
    ),
  );
  const history = groupByMsp(
    await rows<{ mspId: string; period: Period; totalMinor: string }>(
      trx,
      `select distinct on (s.msp_id, s.period) s.msp_id as "mspId", s.period, s.total_minor as "totalMinor"
       from statement s
       join msp m on m.id = s.msp_id
       join distributor d on d.id = m.distributor_id and d.currency = s.currency
       where s.msp_id = any(:ids) and s.period >= :earliest and s.period < :period
       order by s.msp_id, s.period, s.revision desc`,
      { ...msps, earliest: addMonths(selection.period as Period, -HISTORY_PERIODS) },
    ),
  );
  return participants.map((participant) => ({
    ...participant,
    sites: (facts.get(participant.mspId) ?? []).map(({ facts: site }) => ({
      ...site,
      revokedAt: site.revokedAt === null ? null : new Date(site.revokedAt),
    })),
    cases: (cases.get(participant.mspId) ?? []).map((row) => ({
      kind: row.kind,
      siteId: row.siteId,
      tenantRef: row.tenantRef,
      meter: row.meter,
      evidence: row.evidence,
      resolution: resolutionOf(row),
    })),
    tenantNames: new Map((tenants.get(participant.mspId) ?? []).map(({ id, name }) => [id, name])),
    history: (history.get(participant.mspId) ?? []).map(({ period, totalMinor }) => ({
      period,
      totalMinor: BigInt(totalMinor),
    })),
  }));
}

/** Plans valid on `day`: a distributor's own first, and among several the one that became valid last. */
export async function plansValidOn(trx: Trx, day: Day): Promise<PricePlan[]> {
  const found = await rows<
    Omit<PricePlan, 'monthlyMinimumMinor' | 'prices'> & { monthlyMinimumMinor: string | null; prices: unknown }
  >(
    trx,
    `select id, name, distributor_id as "distributorId", currency, valid_from as "validFrom", valid_until as "validUntil",
       monthly_minimum_minor as "monthlyMinimumMinor", first_month as "firstMonth", prices
     from price_plan where valid_from <= :day and (valid_until is null or valid_until >= :day)
     order by distributor_id nulls last, valid_from desc, created_at desc`,
    { day },
  );
  return found.map((plan) => ({
    ...plan,
    prices: storedPrices(plan.prices, `price plan ${plan.id}`),
    monthlyMinimumMinor: plan.monthlyMinimumMinor === null ? null : BigInt(plan.monthlyMinimumMinor),
  }));
}
