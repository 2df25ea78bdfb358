import { rows, type Trx } from '../connect.js';

/** Which participants an activity works on: a stretch of a shard's positions, or one MSP that people settled. */
export type Selection = { period: string; shard: number; from: number; to: number } | { period: string; mspId: string };

/** The `where` clause of a selection over `run_participant p`, and its bindings. */
export function selected(selection: Selection): { sql: string; bindings: Record<string, string | number> } {
  return 'mspId' in selection
    ? {
        sql: 'p.period = :period and p.msp_id = :mspId',
        bindings: { period: selection.period, mspId: selection.mspId },
      }
    : {
        sql: 'p.period = :period and p.shard = :shard and p.position >= :from and p.position < :to',
        bindings: {
          period: selection.period,
          shard: selection.shard,
          from: selection.from,
          to: selection.to,
        },
      };
}

/** How many participants a shard has: positions run from 0 to this. */
export async function shardSize(trx: Trx, period: string, shard: number): Promise<number> {
  const [row] = await rows<{ size: number }>(
    trx,
    'select count(*)::int as size from run_participant where period = :period and shard = :shard',
    { period, shard },
  );
  return row?.size ?? 0;
}

export interface Parking {
  mspId: string;
  reason: string;
  /** An error code, or the discrepancy kind that demands a person. */
  code: string;
}

/** Parks MSPs, visibly: reason, code and the instant by which somebody should act. */
export async function parkParticipants(trx: Trx, period: string, parked: readonly Parking[]): Promise<void> {
  if (parked.length === 0) return;
  await trx.raw(
    `update run_participant p set state = 'parked', parked_reason = x.reason, parked_code = x.code,
       parked_until = s.mailed_by
     from jsonb_to_recordset(:parked::jsonb) as x("mspId" uuid, reason text, code text), run_shard s
     where p.period = :period and p.msp_id = x."mspId" and p.state <> 'issued'
       and s.period = p.period and s.shard = p.shard`,
    { period, parked: JSON.stringify(parked) },
  );
}

/** The parked MSPs of a shard, in order. */
export async function parkedMsps(trx: Trx, period: string, shard: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select msp_id as id from run_participant where period = :period and shard = :shard and state = 'parked'
     order by position`,
    { period, shard },
  );
  return found.map(({ id }) => id);
}
