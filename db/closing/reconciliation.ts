import type { DiscrepancyKind, EvidenceOf, Finding, ReconcileSettings } from '../../domain/reconcile/index.js';
import { freezeFacts } from '../../domain/frozenFacts.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import type { ShardKey } from './openRun.js';
import type { MspSiteFacts } from './siteFacts.js';

/** Those of the MSPs whose facts are frozen: nothing of their month is found anew. */
export async function reconciledMsps(
  trx: Trx,
  { programme, period }: RunKey,
  mspIds: readonly string[],
): Promise<Set<string>> {
  const found = await rows<{ mspId: string }>(
    trx,
    `select distinct msp_id as "mspId" from reconciled_site
     where programme_code = :programme and period = :period and msp_id = any(:mspIds)`,
    { programme, period, mspIds: [...mspIds] },
  );
  return new Set(found.map(({ mspId }) => mspId));
}

/** Freezes what was known when the collection ended. */
export async function insertFacts(
  trx: Trx,
  { programme, period }: RunKey,
  facts: readonly MspSiteFacts[],
  at: Date,
): Promise<void> {
  if (facts.length === 0) return;
  await rows(
    trx,
    `insert into reconciled_site (programme_code, period, msp_id, site_id, facts, reconciled_at)
     select :programme, :period, x."mspId", x."siteId", x.facts, :at
     from jsonb_to_recordset(:facts::jsonb) as x("mspId" uuid, "siteId" uuid, facts jsonb)`,
    {
      programme,
      period,
      at,
      // As one value: an array's members are each escaped, which takes longer than all the rest.
      facts: JSON.stringify(
        facts.map(({ mspId, facts: site }) => ({ mspId, siteId: site.siteId, facts: freezeFacts(site) })),
      ),
    },
  );
}

export interface MspFinding {
  mspId: string;
  finding: Finding;
}

/** Writes findings as cases under their natural key; kinds handled automatically are settled by their rule at once. */
export async function insertFindings(
  trx: Trx,
  { programme, period }: RunKey,
  findings: readonly MspFinding[],
  settings: ReconcileSettings,
  at: Date,
): Promise<void> {
  if (findings.length === 0) return;
  await rows(
    trx,
    `insert into discrepancy (programme_code, period, msp_id, kind, handling, site_id, tenant_ref, tenant_id, meter,
       evidence, state, resolved_by, found_at, resolved_at)
     select :programme, :period, x."mspId", x.kind, x.handling, x."siteId", x."tenantRef", x."tenantId", x.meter, x.evidence,
       case x.handling when 'automatic' then 'settled' else 'open' end,
       case x.handling when 'automatic' then 'rule' end, :at, case x.handling when 'automatic' then :at::timestamptz end
     from jsonb_to_recordset(:findings::jsonb) as x("mspId" uuid, kind text, handling text, "siteId" uuid,
       "tenantRef" text, "tenantId" uuid, meter text, evidence jsonb)
     on conflict do nothing`,
    {
      programme,
      period,
      at,
      findings: JSON.stringify(
        findings.map(({ mspId, finding }) => ({
          mspId,
          kind: finding.kind,
          handling: settings.kinds[finding.kind].handling,
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

/**
 * Messages under keys that nobody issued, refused on receipt for this period: shown as one settled discrepancy without an
 * MSP, however many there were. Those that claim a site are its programme's; nobody knows whose the others are, so every
 * programme shows them. Nothing of it is proven, so a run that is sealed is left alone.
 */
export async function insertUnknownKeys(trx: Trx, { programme, period }: RunKey, at: Date): Promise<void> {
  await rows(
    trx,
    `insert into discrepancy as d (programme_code, period, msp_id, kind, handling, evidence, state, resolved_by, found_at,
       resolved_at)
     select :programme, :period, null, 'unknown_key', 'automatic',
       jsonb_build_object('attempts', sum(c.attempts), 'fingerprint', (array_agg(c.last_fingerprint order by c.last_at desc))[1]),
       'settled', 'rule', :at, :at
     from refused_claims c
     where c.claimed_period = :period and c.code = 'UNKNOWN_KEY' and coalesce(c.programme_code, :programme) = :programme
       and exists (select from billing_run r where r.programme_code = :programme and r.period = :period
         and r.state <> 'sealed')
     having count(*) > 0
     on conflict (programme_code, period, msp_id, kind, site_id, tenant_ref, meter, evidence_key)
       do update set evidence = excluded.evidence`,
    { programme, period, at },
  );
}

/** Opens cases about whole MSPs; once per MSP, run and kind. */
export async function openMspCases<K extends DiscrepancyKind>(
  trx: Trx,
  { programme, period }: RunKey,
  kind: K,
  found: readonly { mspId: string; evidence: EvidenceOf<K> }[],
  settings: ReconcileSettings,
  at: Date,
): Promise<void> {
  if (found.length === 0) return;
  await rows(
    trx,
    `insert into discrepancy (programme_code, period, msp_id, kind, handling, evidence, state, resolved_by, found_at,
       resolved_at)
     select :programme, :period, x."mspId", :kind, :handling, x.evidence,
       case :handling when 'automatic' then 'settled' else 'open' end,
       case :handling when 'automatic' then 'rule' end, :at, case :handling when 'automatic' then :at::timestamptz end
     from jsonb_to_recordset(:found::jsonb) as x("mspId" uuid, evidence jsonb)
     on conflict do nothing`,
    { programme, period, kind, handling: settings.kinds[kind].handling, at, found: JSON.stringify(found) },
  );
}

/** Review ends: every untouched case of the shard gets its default, in one statement. Returns how many. */
export async function settleByDefault(trx: Trx, { programme, period, shard }: ShardKey, at: Date): Promise<number> {
  const settled = await rows(
    trx,
    `update discrepancy d set state = 'settled', resolved_by = 'default', resolved_at = :at
     from run_participant p
     where p.programme_code = :programme and p.period = :period and p.shard = :shard
       and d.programme_code = p.programme_code and d.period = p.period and d.msp_id = p.msp_id
       and d.state = 'open' and d.handling = 'review'
     returning d.id`,
    { programme, period, shard, at },
  );
  return settled.length;
}

/** Open cases of a shard that a person may still decide. */
export async function countOpenCases(trx: Trx, { programme, period, shard }: ShardKey): Promise<number> {
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::int as count from discrepancy d
     join run_participant p on p.programme_code = d.programme_code and p.period = d.period and p.msp_id = d.msp_id
     where p.programme_code = :programme and p.period = :period and p.shard = :shard and d.state = 'open'`,
    { programme, period, shard },
  );
  return row?.count ?? 0;
}

/** Findings of a run per kind, and how many of them people may still decide. */
export async function findingCounts(
  trx: Trx,
  { programme, period }: RunKey,
): Promise<{ kind: string; count: number; open: number }[]> {
  return rows<{ kind: string; count: number; open: number }>(
    trx,
    `select kind, count(*)::int as count, count(*) filter (where state = 'open')::int as open from discrepancy
     where programme_code = :programme and period = :period group by kind order by kind`,
    { programme, period },
  );
}
