import { readRules } from '../db/closing/monthRules.js';
import type { RunRules } from '../db/closing/openRun.js';
import type { IssuedStatement } from '../db/statements/statementStore.js';
import type { MeterCode } from '../domain/catalog/index.js';
import { groupBy } from '../domain/groupBy.js';
import { meteredOf } from '../domain/licences/licensedDays.js';
import { settleQuantity, type Decision, type DiscrepancyKind, type Resolution } from '../domain/reconcile/index.js';
import { readFacts } from '../domain/frozenFacts.js';
import type { Basis, LicensedDays } from '../domain/usage.js';
import { ask, type VerifyContext } from './context.js';

/** What one site, tenant and meter comes to by the frozen facts and the cases as they were settled. */
export interface SettledUsage {
  siteId: string;
  siteName: string;
  tenantRef: string | null;
  meter: MeterCode;
  peak: number;
  basis: Basis;
  licensed: number;
  licensedDays: LicensedDays[];
}

interface FactsRow {
  statementId: string;
  facts: unknown;
  rules: RunRules;
}

interface CaseRow {
  statementId: string;
  kind: DiscrepancyKind;
  siteId: string | null;
  tenantRef: string | null;
  meter: string | null;
  resolvedBy: 'rule' | 'default' | 'person';
  decision: Decision | null;
  quantity: number | null;
  reason: string | null;
}

function isAbout(found: CaseRow, siteId: string, tenantRef: string | null, meter: string): boolean {
  if (found.siteId !== siteId) return false;
  return found.meter === null || (found.meter === meter && found.tenantRef === tenantRef);
}

function resolutionOf({ resolvedBy, decision, quantity, reason }: CaseRow): Resolution {
  if (resolvedBy !== 'person') return { by: resolvedBy };
  return { by: 'person', decision: decision ?? 'accept', quantity, reason };
}

/** The settled usage of each statement of the batch, by statement id. */
export async function settledUsage(
  context: VerifyContext,
  batch: readonly IssuedStatement[],
): Promise<Map<string, SettledUsage[]>> {
  const bindings = { ids: batch.map(({ statementId }) => statementId) };
  const facts = await ask<FactsRow>(
    context,
    `select s.id as "statementId", r.facts, b.rules from statement s
     join billing_run b on b.programme_code = s.programme_code and b.period = s.period
     join reconciled_site r on r.programme_code = s.programme_code and r.period = s.period and r.msp_id = s.msp_id
     where s.id = any(:ids)`,
    bindings,
  );
  const cases = groupBy(
    await ask<CaseRow>(
      context,
      `select s.id as "statementId", d.kind, d.site_id as "siteId", d.tenant_ref as "tenantRef", d.meter,
         d.resolved_by as "resolvedBy", d.decision, d.decided_quantity as quantity, d.reason
       from statement s join discrepancy d on d.programme_code = s.programme_code and d.period = s.period
         and d.msp_id = s.msp_id
       where s.id = any(:ids) and d.state = 'settled'`,
      bindings,
    ),
    ({ statementId, siteId }) => `${statementId} ${siteId ?? ''}`,
  );
  const settled = new Map<string, SettledUsage[]>();
  for (const { statementId, facts: stored, rules } of facts) {
    const settings = readRules(rules).settings.discrepancies;
    const site = readFacts(stored);
    const ofSite = cases.get(`${statementId} ${site.siteId}`) ?? [];
    const usages = site.usage.map((usage): SettledUsage => {
      const { value, basis } = settleQuantity(site, usage, settings, (kind) => {
        const found = ofSite.find(
          (candidate) => candidate.kind === kind && isAbout(candidate, site.siteId, usage.tenantRef, usage.meter),
        );
        return found === undefined ? undefined : resolutionOf(found);
      });
      const { siteId, siteName } = site;
      const { tenantRef, meter } = usage;
      const { licensed, licensedDays } = meteredOf(value, usage);
      return { siteId, siteName, tenantRef, meter, peak: value, basis, licensed, licensedDays };
    });
    settled.set(statementId, [...(settled.get(statementId) ?? []), ...usages]);
  }
  return settled;
}
