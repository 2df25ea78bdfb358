import { frozenSite, type Span, type StoredFacts } from './evaluate/known.js';
import { coveredOnceSettled, leftOf } from './evaluate/licences.js';
import { rulesOf } from './evaluate/rules.js';
import { settle, type SettledCase } from './evaluate/settle.js';
import { ask, type VerifyContext } from './context.js';

/** What one site, tenant and meter comes to by the frozen facts and the cases as they were settled. */
export interface SettledUsage {
  siteId: string;
  siteName: string;
  tenantRef: string | null;
  meter: string;
  peak: number;
  basis: string;
  licensed: number;
  licensedDays: Span[];
  quantity: number;
  firstMonth: boolean;
}

/** A case as it is stored. */
interface CaseRow extends Omit<SettledCase, 'decided'> {
  mspId: string;
  period: string;
  resolvedBy: string;
  decision: string | null;
  quantity: number | null;
}

/** Settled cases of these MSPs and months by `<msp> <period>`, in the order in which they were found. */
export async function settledCases(
  context: VerifyContext,
  of: readonly { mspId: string; period: string }[],
): Promise<Map<string, SettledCase[]>> {
  const found = await ask<CaseRow>(
    context,
    `select d.msp_id as "mspId", d.period, d.kind, d.site_id as "siteId", d.tenant_ref as "tenantRef", d.meter,
       d.resolved_by as "resolvedBy", d.decision, d.decided_quantity as quantity
     from unnest(:msps::uuid[], :periods::text[]) as x(msp_id, period)
     join discrepancy d on d.programme_code = :programme and d.msp_id = x.msp_id and d.period = x.period
     where d.state = 'settled' and d.site_id is not null order by d.found_at, d.id`,
    { msps: of.map(({ mspId }) => mspId), periods: of.map(({ period }) => period) },
  );
  const cases = new Map<string, SettledCase[]>();
  for (const { mspId, period, resolvedBy, decision, quantity, ...one } of found) {
    const key = `${mspId} ${period}`;
    const decided = resolvedBy === 'person' ? { decision: decision ?? 'accept', quantity } : null;
    const its = cases.get(key);
    if (its === undefined) cases.set(key, [{ ...one, decided }]);
    else its.push({ ...one, decided });
  }
  return cases;
}

/** The settled usage of each of these statements, by statement id. */
export async function settledUsage(
  context: VerifyContext,
  batch: readonly { id: string; mspId: string; head: { period: string } }[],
): Promise<Map<string, SettledUsage[]>> {
  const stored = await ask<{ id: string; facts: StoredFacts; rules: Parameters<typeof rulesOf>[0] }>(
    context,
    `select s.id, r.facts, b.rules from statement s
     join billing_run b on b.programme_code = s.programme_code and b.period = s.period
     join reconciled_site r on r.programme_code = s.programme_code and r.period = s.period and r.msp_id = s.msp_id
     where s.id = any(:ids::uuid[])`,
    { ids: batch.map(({ id }) => id) },
  );
  const cases = await settledCases(
    context,
    batch.map(({ mspId, head }) => ({ mspId, period: head.period })),
  );
  const keys = new Map(batch.map(({ id, mspId, head }) => [id, `${mspId} ${head.period}`]));
  const settled = new Map<string, SettledUsage[]>();
  for (const { id, facts, rules } of stored) {
    const site = frozenSite(facts);
    const ofSite = (cases.get(keys.get(id) ?? '') ?? []).filter(({ siteId: of }) => of === site.siteId);
    const ruled = rulesOf(rules);
    const { siteId, siteName, firstMonth } = site;
    const covered = coveredOnceSettled(site.usages, (usage) => settle(site, usage, ofSite, ruled).value);
    const usages = covered.map((usage): SettledUsage => {
      const { value, basis } = settle(site, usage, ofSite, ruled);
      const { quantity, licensed, spans } = leftOf(value, usage);
      const { tenantRef, meter } = usage;
      const of = { siteId, siteName, tenantRef, meter, firstMonth };
      return { ...of, peak: value, basis, licensed, quantity, licensedDays: spans };
    });
    const its = settled.get(id);
    if (its === undefined) settled.set(id, usages);
    else its.push(...usages);
  }
  return settled;
}
