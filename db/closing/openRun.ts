import type { Actor } from '../../domain/access/actor.js';
import type { Period } from '../../domain/period.js';
import { SHARD_STAGES, type RunKey, type RunState, type ShardStage } from '../../domain/run.js';
import { z } from 'zod';
import { rows, type Trx } from '../connect.js';
import { readStored } from '../../domain/readStored.js';

/** An MSP that takes part in a run, in the order of its statements, with what holds for it in that period. */
export interface ParticipantCandidate {
  mspId: string;
  /** IANA time zone. */
  zone: string;
  distributorId: string;
}

export interface PlannedParticipant extends ParticipantCandidate {
  /** The first instant after its month. */
  monthEnd: Date;
}

/** The instants of a shard: of those that were to come as the run opened, all its MSPs have the same. */
export interface ShardDeadlines {
  /** The month of all its MSPs is over; nothing is reconciled before. */
  monthEnd: Date;
  collectUntil: Date;
  reviewUntil: Date;
  /** Nothing is issued before, unless somebody ends the review. */
  issueFrom: Date;
  mailedBy: Date;
}

export interface ShardPlan extends ShardDeadlines {
  shard: number;
  /** One of the shard's zones, for people. */
  zone: string;
  /** `YYYY-MM-DD` */
  statementDate: string;
  participants: PlannedParticipant[];
}

export interface OpenShard extends ShardDeadlines {
  shard: number;
  zone: string;
  msps: number;
}

/**
 * Rule 20: MSPs that are billed for the period, by name and registration number in code point order, which is the order
 * of their statements' numbers. Zone and distributor are those that hold for the period.
 */
export async function participantCandidates(trx: Trx, { programme, period }: RunKey): Promise<ParticipantCandidate[]> {
  return rows<ParticipantCandidate>(
    trx,
    `select m.id as "mspId", kontor_zone(m.id, :period) as zone,
       kontor_distributor_of(m.id, :programme, :period) as "distributorId"
     from participation p join msp m on m.id = p.msp_id
     where p.programme_code = :programme and p.joined_period <= :period
       and (p.left_period is null or p.left_period >= :period)
     order by m.name collate "C", m.registration_number collate "C", m.registered_at, m.id`,
    { programme, period },
  );
}

/** What a month is closed by, frozen when its run opens. */
export interface RunRules {
  /** The programme's zone. */
  zone: string;
  /** Of `programme_setting`. */
  settingVersion: number;
  settings: unknown;
  /** Discrepancy kinds there were, in their order: no later kind judges this month. */
  kinds: readonly string[];
}

const runRulesSchema: z.ZodType<RunRules> = z.object({
  zone: z.string(),
  settingVersion: z.int(),
  settings: z.unknown(),
  kinds: z.array(z.string()),
});

export interface NewRun extends RunKey {
  openedAt: Date;
  openedBy: Actor;
  rules: RunRules;
  shards: readonly ShardPlan[];
}

/**
 * Opens the run and writes its shards and participants; false when the period was opened before, whose plan stays.
 * Idempotent by programme and period.
 */
export async function insertRun(trx: Trx, run: NewRun): Promise<boolean> {
  const { programme, period, shards } = run;
  const inserted = await rows(
    trx,
    // A month that was over when the database was restored may have been mailed before.
    `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules, restored_at)
     values (:programme, :period, 'open', :openedAt, :openedBy, :rules, (select max(a.at) from audit_event a
       where a.subject = 'database' and a.action = 'database.restored' and to_char(a.at at time zone 'UTC', 'YYYY-MM') > :period))
     on conflict (programme_code, period) do nothing returning period`,
    { programme, period, openedAt: run.openedAt, openedBy: run.openedBy, rules: JSON.stringify(run.rules) },
  );
  if (inserted.length === 0) return false;
  await rows(
    trx,
    `insert into run_shard (programme_code, period, shard, zone, stage, month_end, collect_until, review_until,
       issue_from, mailed_by, statement_date)
     select :programme, :period, s.shard, s.zone, 'collect', s."monthEnd", s."collectUntil", s."reviewUntil",
       s."issueFrom", s."mailedBy", s."statementDate"
     from jsonb_to_recordset(:shards::jsonb) as s(shard int, zone text, "monthEnd" timestamptz,
       "collectUntil" timestamptz, "reviewUntil" timestamptz, "issueFrom" timestamptz, "mailedBy" timestamptz,
       "statementDate" date)`,
    { programme, period, shards: JSON.stringify(shards) },
  );
  await rows(
    trx,
    `insert into run_participant (programme_code, period, msp_id, distributor_id, zone, month_end, shard, position, state)
     select :programme, :period, x.msp_id, x.distributor_id, x.zone, x.month_end, x.shard, x.position, 'open'
     from unnest(:msps::uuid[], :distributors::uuid[], :zones::text[], :monthEnds::timestamptz[], :numbers::int[],
       :positions::int[]) as x(msp_id, distributor_id, zone, month_end, shard, position)`,
    {
      programme,
      period,
      msps: shards.flatMap(({ participants }) => participants.map(({ mspId }) => mspId)),
      distributors: shards.flatMap(({ participants }) => participants.map(({ distributorId }) => distributorId)),
      zones: shards.flatMap(({ participants }) => participants.map(({ zone }) => zone)),
      monthEnds: shards.flatMap(({ participants }) => participants.map(({ monthEnd }) => monthEnd.toISOString())),
      numbers: shards.flatMap(({ shard, participants }) => participants.map(() => shard)),
      positions: shards.flatMap(({ participants }) => participants.map((_, position) => position)),
    },
  );
  return true;
}

/** Rule 19, on purpose: months that are never closed, with who left them out and why. */
export async function insertSkippedPeriods(
  trx: Trx,
  programme: string,
  periods: readonly Period[],
  skipped: { at: Date; by: Actor; reason: string },
): Promise<void> {
  await rows(
    trx,
    `insert into billing_run (programme_code, period, state, opened_at, opened_by, reason, rules)
     select :programme, x.period, 'skipped', :at, :by, :reason, '{}' from unnest(:periods::text[]) as x(period)`,
    { programme, periods: [...periods], ...skipped },
  );
}

/** The state of a programme's run of a period; undefined where it was never opened. */
export async function runState(trx: Trx, { programme, period }: RunKey): Promise<RunState | undefined> {
  const [row] = await rows<{ state: RunState }>(
    trx,
    'select state from billing_run where programme_code = :programme and period = :period',
    { programme, period },
  );
  return row?.state;
}

/** What the month is closed by; undefined before its run is opened. */
export async function runRules(trx: Trx, { programme, period }: RunKey): Promise<RunRules | undefined> {
  const [row] = await rows<{ rules: unknown }>(
    trx,
    'select rules from billing_run where programme_code = :programme and period = :period',
    { programme, period },
  );
  return row && readStored(runRulesSchema, row.rules, `What ${period} of "${programme}" is closed by`);
}

/**
 * The shards of a run in the order in which they issue: by number, which is that of their deadlines when the run opened.
 * A deadline that is moved later does not change it.
 */
export async function openShards(trx: Trx, { programme, period }: RunKey): Promise<OpenShard[]> {
  return rows<OpenShard>(
    trx,
    `select s.shard, s.zone, s.month_end as "monthEnd", s.collect_until as "collectUntil",
       s.review_until as "reviewUntil", s.issue_from as "issueFrom", s.mailed_by as "mailedBy", (select count(*)::int from run_participant p
         where p.programme_code = s.programme_code and p.period = s.period and p.shard = s.shard) as msps
     from run_shard s where s.programme_code = :programme and s.period = :period order by s.shard`,
    { programme, period },
  );
}

/** One shard of a run. */
export interface ShardKey extends RunKey {
  shard: number;
}

/** Moves a shard on. A step that is repeated, by a shard begun anew, does not move it back. */
export async function setShardStage(
  trx: Trx,
  { programme, period, shard }: ShardKey,
  stage: Exclude<ShardStage, 'collect' | 'done'>,
): Promise<void> {
  await rows(
    trx,
    `update run_shard set stage = :stage where programme_code = :programme and period = :period and shard = :shard
       and array_position(:stages::text[], stage) <= array_position(:stages::text[], :stage)`,
    { programme, period, shard, stage, stages: [...SHARD_STAGES] },
  );
}

/** Every shard of the run is done. */
export async function finishShards(trx: Trx, { programme, period }: RunKey): Promise<void> {
  await rows(trx, `update run_shard set stage = 'done' where programme_code = :programme and period = :period`, {
    programme,
    period,
  });
}
