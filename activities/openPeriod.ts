import type { Actor } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { forgetFailure } from '../db/closing/runFailure.js';
import { insertRun, insertSkippedPeriods, openShards, participantCandidates, runState } from '../db/closing/openRun.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { insertRates } from '../db/prices/publishedRates.js';
import { requireOrder, requireOver, requireSettings } from '../db/closing/mayOpen.js';
import { lockProgramme } from '../db/programmes/periods.js';
import { fieldError } from '../domain/errors.js';
import { periodDays } from '../domain/period.js';
import { KINDS } from '../domain/reconcile/index.js';
import { runKeyOf, runSubject, type RunInput, type RunKey } from '../domain/run.js';
import { resolveSettings } from '../domain/settings/index.js';
import type { RateSource } from '../rates/rateSource.js';
import { planShards } from './closing/planShards.js';

export interface OpenPeriodInput extends RunInput {
  openedBy: Actor;
  /** ISO instants that replace rule 1's deadlines in every zone; null: the programme's calendar. */
  collectUntil: string | null;
  reviewUntil: string | null;
  /** Why months before this one are left out for good (rule 19); null: none is. */
  skipReason: string | null;
  now: string;
}

export interface OpenedShard {
  shard: number;
  zone: string;
  msps: number;
  monthEnd: string;
  collectUntil: string;
  reviewUntil: string;
  issueFrom: string;
  mailedBy: string;
}

/** Rule 19: months in order; those left out on purpose are recorded. */
async function keepOrder(trx: Trx, key: RunKey, { skipReason, openedBy }: OpenPeriodInput, at: Date): Promise<void> {
  const skipped = await requireOrder(trx, key, { skip: skipReason !== null });
  if (skipped.length === 0 || skipReason === null) return;
  await insertSkippedPeriods(trx, key.programme, skipped, { at, by: openedBy, reason: skipReason });
  appendAudit(trx, {
    at,
    actor: openedBy,
    action: 'run.skipped',
    subject: runSubject(key),
    after: { skipped },
    reason: skipReason,
  });
}

/**
 * Opens the run in `trx`: participants, shards and deadlines; a run that is open already keeps its plan. For a preview,
 * which is rolled back, any month may be opened, also one that is not over. It lasts as long as the whole month takes, so it
 * neither locks the programme nor appends to the audit trail, which one transaction at a time does: others work on.
 */
export async function openRun(trx: Trx, input: OpenPeriodInput, what: 'close' | 'preview'): Promise<void> {
  const key = runKeyOf(input);
  const now = new Date(input.now);
  if (what === 'close') await lockProgramme(trx, key.programme);
  const state = await runState(trx, key);
  if (state === 'skipped') {
    throw fieldError('PERIOD_OUT_OF_ORDER', '/period', `${key.period} of "${key.programme}" was skipped for good.`);
  }
  if (state !== undefined) return;
  const version = what === 'close' ? await requireOver(trx, key, now) : await requireSettings(trx, key);
  if (what === 'close') await keepOrder(trx, key, input, now);
  const { zone } = version;
  const settings = resolveSettings(version.settings);
  const shards = planShards(key.period, await participantCandidates(trx, key), settings.calendar, {
    collectUntil: input.collectUntil === null ? null : new Date(input.collectUntil),
    reviewUntil: input.reviewUntil === null ? null : new Date(input.reviewUntil),
    openedAt: now,
  });
  const rules = { zone, settingVersion: version.version, settings, kinds: KINDS.map(({ kind }) => kind) };
  await insertRun(trx, { ...key, openedAt: now, openedBy: input.openedBy, rules, shards });
  if (what === 'preview') return;
  appendAudit(trx, {
    at: now,
    actor: input.openedBy,
    action: 'run.opened',
    subject: runSubject(key),
    after: {
      shards: shards.length,
      msps: shards.reduce((sum, { participants }) => sum + participants.length, 0),
      settingVersion: version.version,
    },
  });
}

/** Idempotent by programme and period: a second opening finds the first one's plan. */
export const openPeriod =
  ({ db, rates }: { db: Database; rates: RateSource }) =>
  async (input: OpenPeriodInput): Promise<{ shards: OpenedShard[] }> => {
    const key = runKeyOf(input);
    const { first, last } = periodDays(key.period);
    const published = await rates.published(first, last);
    return db.transaction(ALL, async (trx) => {
      await insertRates(trx, published);
      await openRun(trx, input, 'close');
      await forgetFailure(trx, key);
      const shards = await openShards(trx, key);
      return {
        shards: shards.map((shard) => ({
          ...shard,
          monthEnd: shard.monthEnd.toISOString(),
          collectUntil: shard.collectUntil.toISOString(),
          reviewUntil: shard.reviewUntil.toISOString(),
          issueFrom: shard.issueFrom.toISOString(),
          mailedBy: shard.mailedBy.toISOString(),
        })),
      };
    });
  };
