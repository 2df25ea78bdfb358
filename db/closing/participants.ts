import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import type { ShardKey } from './openRun.js';

/** Which participants an activity works on: a stretch of a shard's positions, or MSPs by id. */
export type Selection = RunKey & ({ shard: number; from: number; to: number } | { mspIds: readonly string[] });

/** The `where` clause of a selection over `run_participant p`, and its bindings. */
export function selected(selection: Selection): { sql: string; bindings: Record<string, string | number | string[]> } {
  return 'mspIds' in selection
    ? {
        sql: 'p.programme_code = :programme and p.period = :period and p.msp_id = any(:mspIds::uuid[])',
        bindings: { programme: selection.programme, period: selection.period, mspIds: [...selection.mspIds] },
      }
    : {
        sql: `p.programme_code = :programme and p.period = :period and p.shard = :shard and p.position >= :from
          and p.position < :to`,
        bindings: {
          programme: selection.programme,
          period: selection.period,
          shard: selection.shard,
          from: selection.from,
          to: selection.to,
        },
      };
}

/** The MSPs of a selection, in the order of the run. */
export async function selectedMsps(trx: Trx, selection: Selection): Promise<string[]> {
  const { sql, bindings } = selected(selection);
  const found = await rows<{ id: string }>(
    trx,
    `select p.msp_id as id from run_participant p where ${sql} order by p.position`,
    bindings,
  );
  return found.map(({ id }) => id);
}

/** How many participants a shard has: positions run from 0 to this. */
export async function shardSize(trx: Trx, { programme, period, shard }: ShardKey): Promise<number> {
  const [row] = await rows<{ size: number }>(
    trx,
    `select count(*)::int as size from run_participant
     where programme_code = :programme and period = :period and shard = :shard`,
    { programme, period, shard },
  );
  return row?.size ?? 0;
}

/** How many participants of a run have neither a statement nor a reason why they are parked. */
export async function openParticipants(trx: Trx, { programme, period }: RunKey): Promise<number> {
  const [row] = await rows<{ open: number }>(
    trx,
    `select count(*)::int as open from run_participant
     where programme_code = :programme and period = :period and state = 'open'`,
    { programme, period },
  );
  return row?.open ?? 0;
}

export interface Parking {
  mspId: string;
  reason: string;
  /** An error code, or the discrepancy kind that demands a person. */
  code: string;
}

/** Parks MSPs, visibly: reason, code and the instant by which somebody should act. */
export async function parkParticipants(
  trx: Trx,
  { programme, period }: RunKey,
  parked: readonly Parking[],
): Promise<void> {
  if (parked.length === 0) return;
  await rows(
    trx,
    `update run_participant p set state = 'parked', parked_reason = x.reason, parked_code = x.code,
       parked_until = s.mailed_by
     from jsonb_to_recordset(:parked::jsonb) as x("mspId" uuid, reason text, code text), run_shard s
     where p.programme_code = :programme and p.period = :period and p.msp_id = x."mspId" and p.state <> 'issued'
       and s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard`,
    { programme, period, parked: JSON.stringify(parked) },
  );
}

/** The MSP at a position of a shard that is still open; undefined: none is. */
export async function participantAt(
  trx: Trx,
  { programme, period, shard }: ShardKey,
  position: number,
): Promise<string | undefined> {
  const [row] = await rows<{ id: string }>(
    trx,
    `select msp_id as id from run_participant
     where programme_code = :programme and period = :period and shard = :shard and position = :position
       and state = 'open'`,
    { programme, period, shard, position },
  );
  return row?.id;
}

/** The parked MSPs of a shard, in order. */
export async function parkedMsps(trx: Trx, { programme, period, shard }: ShardKey): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select msp_id as id from run_participant
     where programme_code = :programme and period = :period and shard = :shard and state = 'parked' order by position`,
    { programme, period, shard },
  );
  return found.map(({ id }) => id);
}

/** What parked an MSP is over: its shard issues it with the others. */
export async function reopenParticipant(
  trx: Trx,
  { programme, period, mspId }: RunKey & { mspId: string },
): Promise<void> {
  await rows(
    trx,
    `update run_participant set state = 'open', parked_reason = null, parked_code = null, parked_until = null
     where programme_code = :programme and period = :period and msp_id = :mspId and state = 'parked'`,
    { programme, period, mspId },
  );
}

/** Marks MSPs as issued; what parked them is over. */
export async function markIssued(trx: Trx, { programme, period }: RunKey, mspIds: readonly string[]): Promise<void> {
  await rows(
    trx,
    `update run_participant set state = 'issued', parked_reason = null, parked_code = null, parked_until = null
     where programme_code = :programme and period = :period and msp_id = any(:mspIds)`,
    { programme, period, mspIds: [...mspIds] },
  );
}

/** How many participants of a shard are issued and parked: counted, so that a retried batch reports the whole shard. */
export async function shardCounts(
  trx: Trx,
  { programme, period, shard }: ShardKey,
): Promise<{ issued: number; parked: number }> {
  const [row] = await rows<{ issued: number; parked: number }>(
    trx,
    `select count(*) filter (where state = 'issued')::int as issued,
       count(*) filter (where state = 'parked')::int as parked
     from run_participant where programme_code = :programme and period = :period and shard = :shard`,
    { programme, period, shard },
  );
  return row ?? { issued: 0, parked: 0 };
}
