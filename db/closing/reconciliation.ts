import { kindOf, type DiscrepancyKind, type Evidence, type Finding } from '../../domain/reconcile/index.js';
import { rows, type Trx } from '../connect.js';
import type { MspSiteFacts } from './siteFacts.js';

/** Freezes what was known when the collection ended. The first word stands: a retry changes nothing. */
export async function insertFacts(trx: Trx, period: string, facts: readonly MspSiteFacts[], at: Date): Promise<void> {
  if (facts.length === 0) return;
  await trx.raw(
    `insert into reconciled_site (period, msp_id, site_id, facts, reconciled_at)
     select :period, x.msp_id, x.site_id, x.facts, :at
     from unnest(:msps::uuid[], :sites::uuid[], :facts::jsonb[]) as x(msp_id, site_id, facts)
     on conflict (period, msp_id, site_id) do nothing`,
    {
      period,
      at,
      msps: facts.map(({ mspId }) => mspId),
      sites: facts.map(({ facts: site }) => site.siteId),
      facts: facts.map(({ facts: site }) => JSON.stringify(site)),
    },
  );
}

export interface MspFinding {
  mspId: string;
  finding: Finding;
}

/** Writes findings as cases under their natural key; automatic kinds are settled by their rule at once. */
export async function insertFindings(
  trx: Trx,
  period: string,
  findings: readonly MspFinding[],
  at: Date,
): Promise<void> {
  if (findings.length === 0) return;
  await trx.raw(
    `insert into discrepancy (period, msp_id, kind, handling, site_id, tenant_ref, tenant_id, meter, evidence, state,
       resolved_by, found_at, resolved_at)
     select :period, x."mspId", x.kind, x.handling, x."siteId", x."tenantRef", x."tenantId", x.meter, x.evidence,
       case x.handling when 'automatic' then 'settled' else 'open' end,
       case x.handling when 'automatic' then 'rule' end, :at, case x.handling when 'automatic' then :at::timestamptz end
     from jsonb_to_recordset(:findings::jsonb) as x("mspId" uuid, kind text, handling text, "siteId" uuid,
       "tenantRef" text, "tenantId" uuid, meter text, evidence jsonb)
     on conflict do nothing`,
    {
      period,
      at,
      findings: JSON.stringify(
        findings.map(({ mspId, finding }) => ({
          mspId,
          kind: finding.kind,
          handling: kindOf(finding.kind).handling,
          siteId: finding.siteId,
          tenantRef: finding.usage?.tenantRef ?? null,
          tenantId: finding.usage?.tenantId ?? null,
          meter: finding.usage?.meter ?? null,
          evidence: finding.evidence,
        })),
      ),
    },
  );
}

/** Keys that were refused at the door for this period: shown as settled discrepancies without an MSP. */
export async function insertUnknownKeys(trx: Trx, period: string, at: Date): Promise<void> {
  await trx.raw(
    `insert into discrepancy (period, msp_id, kind, handling, evidence, evidence_key, state, resolved_by, found_at,
       resolved_at)
     select :period, null, 'unknown_key', 'automatic',
       jsonb_build_object('fingerprint', key_fingerprint, 'attempts', count(*)), coalesce(key_fingerprint, ''),
       'settled', 'rule', :at, :at
     from refused_message where claimed_period = :period and code = 'UNKNOWN_KEY' group by key_fingerprint
     on conflict do nothing`,
    { period, at },
  );
}

/** Opens the case of a statement whose total moved; once per MSP and period. */
export async function openTotalMoved(
  trx: Trx,
  period: string,
  moved: readonly { mspId: string; evidence: Evidence }[],
  at: Date,
): Promise<void> {
  if (moved.length === 0) return;
  const kind: DiscrepancyKind = 'total_moved';
  await trx.raw(
    `insert into discrepancy (period, msp_id, kind, handling, evidence, state, found_at)
     select :period, x."mspId", :kind, 'person', x.evidence, 'open', :at
     from jsonb_to_recordset(:moved::jsonb) as x("mspId" uuid, evidence jsonb)
     on conflict do nothing`,
    { period, kind, at, moved: JSON.stringify(moved) },
  );
}

/** Review ends: every untouched case of the shard gets its default, in one statement. Returns how many. */
export async function settleByDefault(trx: Trx, period: string, shard: number, at: Date): Promise<number> {
  const settled = await rows(
    trx,
    `update discrepancy d set state = 'settled', resolved_by = 'default', resolved_at = :at
     from run_participant p
     where p.period = :period and p.shard = :shard and d.period = p.period and d.msp_id = p.msp_id
       and d.state = 'open' and d.handling = 'review'
     returning d.id`,
    { period, shard, at },
  );
  return settled.length;
}

/** Open cases of a shard that a person may still decide. */
export async function countOpenCases(trx: Trx, period: string, shard: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::int as count from discrepancy d join run_participant p on p.period = d.period and p.msp_id = d.msp_id
     where p.period = :period and p.shard = :shard and d.state = 'open'`,
    { period, shard },
  );
  return row?.count ?? 0;
}
