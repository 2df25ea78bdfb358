import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** An MSP that takes part in a run, in the order of its statements. */
export interface ParticipantCandidate {
  mspId: string;
  zone: string;
}

export interface ShardPlan {
  shard: number;
  zone: string;
  collectUntil: Date;
  reviewUntil: Date;
  mailedBy: Date;
  /** `YYYY-MM-DD` */
  statementDate: string;
  mspIds: string[];
}

export interface OpenShard {
  shard: number;
  zone: string;
  msps: number;
  collectUntil: Date;
  reviewUntil: Date;
  mailedBy: Date;
}

/** Approved MSPs, by name and registration number in code point order: the order of their statements' numbers. */
export async function participantCandidates(trx: Trx): Promise<ParticipantCandidate[]> {
  return rows<ParticipantCandidate>(
    trx,
    `select id as "mspId", zone from msp where state = 'approved'
     order by name collate "C", registration_number collate "C", applied_at, id`,
  );
}

/**
 * Opens the run and writes its shards and participants; false when the period was opened before, whose plan stays.
 * Twice is once: the period is the run's key.
 */
export async function insertRun(
  trx: Trx,
  run: { period: Period; openedAt: Date; openedBy: string; shards: readonly ShardPlan[] },
): Promise<boolean> {
  const inserted = await rows(
    trx,
    `insert into billing_run (period, state, opened_at, opened_by) values (:period, 'open', :openedAt, :openedBy)
     on conflict (period) do nothing returning period`,
    { period: run.period, openedAt: run.openedAt, openedBy: run.openedBy },
  );
  if (inserted.length === 0) return false;
  await trx.raw(
    `insert into run_shard (period, shard, zone, stage, collect_until, review_until, mailed_by, statement_date)
     select :period, s.shard, s.zone, 'collect', s."collectUntil", s."reviewUntil", s."mailedBy", s."statementDate"
     from jsonb_to_recordset(:shards::jsonb) as s(shard int, zone text, "collectUntil" timestamptz,
       "reviewUntil" timestamptz, "mailedBy" timestamptz, "statementDate" date)`,
    { period: run.period, shards: JSON.stringify(run.shards) },
  );
  await trx.raw(
    `insert into run_participant (period, msp_id, shard, position, state)
     select :period, m.msp_id::uuid, s.shard, m.position - 1, 'open'
     from jsonb_to_recordset(:shards::jsonb) as s(shard int, "mspIds" jsonb),
       jsonb_array_elements_text(s."mspIds") with ordinality as m(msp_id, position)`,
    { period: run.period, shards: JSON.stringify(run.shards) },
  );
  return true;
}

/** The shards of a run in the order in which they issue: by deadline, then number. */
export async function openShards(trx: Trx, period: Period): Promise<OpenShard[]> {
  return rows<OpenShard>(
    trx,
    `select s.shard, s.zone, s.collect_until as "collectUntil", s.review_until as "reviewUntil",
       s.mailed_by as "mailedBy", (select count(*)::int from run_participant p
         where p.period = s.period and p.shard = s.shard) as msps
     from run_shard s where s.period = :period order by s.review_until, s.shard`,
    { period },
  );
}

export async function setShardStage(trx: Trx, period: string, shard: number, stage: 'review' | 'issue'): Promise<void> {
  await trx.raw('update run_shard set stage = :stage where period = :period and shard = :shard', {
    period,
    shard,
    stage,
  });
}

/** Every shard of the run is done. */
export async function finishShards(trx: Trx, period: string): Promise<void> {
  await trx.raw(`update run_shard set stage = 'done' where period = :period`, { period });
}
