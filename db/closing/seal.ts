import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonicalJson.js';
import type { RunKey } from '../../domain/run.js';
import { auditHead } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';

/** What a run adds up to. Amounts are integer minor units as strings, per currency. */
export interface ControlTotals {
  issued: number;
  parked: number;
  zeroStatements: number;
  estimatedLines: number;
  totals: Record<string, string>;
}

/** Control totals of a period as it stands. */
export async function controlTotals(trx: Trx, { programme, period }: RunKey): Promise<ControlTotals> {
  const [counts] = await rows<{ issued: number; parked: number; estimatedLines: number; zeroStatements: number }>(
    trx,
    `select (select count(*)::int from run_participant
         where programme_code = :programme and period = :period and state = 'issued') as issued,
       (select count(*)::int from run_participant
         where programme_code = :programme and period = :period and state = 'parked') as parked,
       (select count(*)::int from statement
         where programme_code = :programme and period = :period and total_minor = 0) as "zeroStatements",
       (select count(*)::int from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
         where s.programme_code = :programme and s.period = :period and l.basis = 'estimated') as "estimatedLines"`,
    { programme, period },
  );
  const totals = await rows<{ currency: string; total: string }>(
    trx,
    `select currency, sum(total_minor)::text as total from statement
     where programme_code = :programme and period = :period group by currency order by currency`,
    { programme, period },
  );
  return {
    issued: counts?.issued ?? 0,
    parked: counts?.parked ?? 0,
    zeroStatements: counts?.zeroStatements ?? 0,
    estimatedLines: counts?.estimatedLines ?? 0,
    totals: Object.fromEntries(totals.map(({ currency, total }) => [currency, total])),
  };
}

/** What of a month's statements is for term licences and their extensions: minor units by currency. */
export async function licenceTotals(trx: Trx, { programme, period }: RunKey): Promise<Record<string, string>> {
  const found = await rows<{ currency: string; total: string }>(
    trx,
    `select s.currency, sum(l.amount_minor)::text as total
     from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
     where s.programme_code = :programme and s.period = :period and l.kind in ('term', 'extension')
     group by s.currency order by s.currency`,
    { programme, period },
  );
  return Object.fromEntries(found.map(({ currency, total }) => [currency, total]));
}

/** Moves an open run to sealed, with what it adds up to; false where it is not open. `sealRun` follows. */
export async function endRun(
  trx: Trx,
  { programme, period }: RunKey,
  totals: ControlTotals,
  at: Date,
): Promise<boolean> {
  const ended = await rows(
    trx,
    `update billing_run set state = 'sealed', sealed_at = :at, control_totals = :totals
     where programme_code = :programme and period = :period and state = 'open' returning period`,
    { programme, period, at, totals: JSON.stringify(totals) },
  );
  return ended.length > 0;
}

/**
 * Seals a run: SHA-256 over the chain heads of its statements, its control totals, and the head of the audit trail as it
 * is now, so that a trail whose end is cut off later no longer fits.
 */
export async function sealRun(trx: Trx, { programme, period }: RunKey, totals: ControlTotals): Promise<void> {
  const heads = await rows<{ number: string; chain: string }>(
    trx,
    `select number, encode(chain_hash, 'hex') as chain from statement
     where programme_code = :programme and period = :period order by number`,
    { programme, period },
  );
  const audit = await auditHead(trx);
  const seal = createHash('sha256').update(canonicalJson({ programme, period, heads, totals, audit })).digest();
  await rows(
    trx,
    `update billing_run set seal = :seal, audit_head = :audit where programme_code = :programme and period = :period`,
    { programme, period, seal, audit: JSON.stringify(audit) },
  );
}
