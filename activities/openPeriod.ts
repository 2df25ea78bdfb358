import { ALL, type Database, type Trx } from '../db/connect.js';
import { appendAudit } from '../db/access/auditStore.js';
import { insertRun, openShards, participantCandidates, type ShardPlan } from '../db/closing/openRun.js';
import { insertRates } from '../db/prices/publishedRates.js';
import { fieldError } from '../domain/errors.js';
import { opensAt, parsePeriod, periodDays, programmeCalendar, type Period } from '../domain/period.js';
import type { RateSource } from '../rates/rateSource.js';
import { rows } from '../db/connect.js';

export interface OpenPeriodInput {
  period: string;
  openedBy: string;
  /** ISO instants that replace rule 1's deadlines in every zone; null: the programme's calendar. */
  collectUntil: string | null;
  reviewUntil: string | null;
  now: string;
}

export interface OpenedShard {
  shard: number;
  zone: string;
  msps: number;
  collectUntil: string;
  reviewUntil: string;
  mailedBy: string;
}

/** MSPs per shard: enough to make set-based statements pay, few enough that a retried batch costs seconds. */
const SHARD_SIZE = 250;

/** MSPs whose deadlines are the same instants share shards; order within a shard is the order of the candidates. */
export function planShards(
  period: Period,
  candidates: readonly { mspId: string; zone: string }[],
  overrides: { collectUntil: Date | null; reviewUntil: Date | null },
): ShardPlan[] {
  const groups = new Map<string, ShardPlan[]>();
  for (const { mspId, zone } of candidates) {
    const calendar = programmeCalendar(period, zone);
    const plans = groups.get(calendar.reviewUntil.toISOString()) ?? [];
    groups.set(calendar.reviewUntil.toISOString(), plans);
    let plan = plans.at(-1);
    if (plan === undefined || plan.mspIds.length >= SHARD_SIZE) {
      plan = {
        shard: 0,
        zone,
        collectUntil: overrides.collectUntil ?? calendar.collectUntil,
        reviewUntil: overrides.reviewUntil ?? calendar.reviewUntil,
        mailedBy: calendar.mailedBy,
        statementDate: calendar.issueDay,
        mspIds: [],
      };
      plans.push(plan);
    }
    plan.mspIds.push(mspId);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, plans]) => plans)
    .map((plan, index) => ({ ...plan, shard: index + 1 }));
}

async function programmeZone(trx: Trx): Promise<string> {
  const [row] = await rows<{ zone: string }>(trx, 'select zone from programme order by code limit 1');
  return row?.zone ?? 'UTC';
}

/** Opens the run in `trx`: participants, shards and deadlines; a run that is open already keeps its plan. */
export async function openRun(trx: Trx, input: OpenPeriodInput): Promise<void> {
  const period = parsePeriod(input.period);
  const now = new Date(input.now);
  const opens = opensAt(period, await programmeZone(trx));
  if (now < opens) {
    throw fieldError('PERIOD_NOT_OVER', 'period', `${period} can be closed from ${opens.toISOString()} on.`);
  }
  const shards = planShards(period, await participantCandidates(trx), {
    collectUntil: input.collectUntil === null ? null : new Date(input.collectUntil),
    reviewUntil: input.reviewUntil === null ? null : new Date(input.reviewUntil),
  });
  const opened = await insertRun(trx, { period, openedAt: now, openedBy: input.openedBy, shards });
  if (opened) {
    await appendAudit(trx, {
      at: now,
      actor: input.openedBy,
      action: 'run.opened',
      subject: `run:${period}`,
      after: { shards: shards.length, msps: shards.reduce((sum, { mspIds }) => sum + mspIds.length, 0) },
    });
  }
}

/** Twice is once: the period is the run's key, a second opening finds the first one's plan. */
export const openPeriod =
  ({ db, rates }: { db: Database; rates: RateSource }) =>
  async (input: OpenPeriodInput): Promise<{ shards: OpenedShard[] }> => {
    const period = parsePeriod(input.period);
    const { first, last } = periodDays(period);
    const published = await rates.published(first, last);
    return db.transaction(ALL, async (trx) => {
      await insertRates(trx, published);
      await openRun(trx, input);
      const shards = await openShards(trx, period);
      return {
        shards: shards.map((shard) => ({
          ...shard,
          collectUntil: shard.collectUntil.toISOString(),
          reviewUntil: shard.reviewUntil.toISOString(),
          mailedBy: shard.mailedBy.toISOString(),
        })),
      };
    });
  };
