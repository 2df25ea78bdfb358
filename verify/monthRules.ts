import { readRules, type MonthRules as Rules } from '../db/closing/monthRules.js';
import type { RunRules } from '../db/closing/openRun.js';
import type { Period } from '../domain/period.js';
import { SHIPPED_SETTINGS, type DiscrepancyKind, type ReconcileSettings } from '../domain/reconcile/index.js';
import { ask, type VerifyContext } from './context.js';

/** What a month is judged by, now as when it was closed. */
export interface MonthRules {
  settings: ReconcileSettings;
  kinds: readonly DiscrepancyKind[];
  /** Rule 7: how many days after a month's end late usage is booked. */
  reachDays: number;
}

const NOTHING: MonthRules = { settings: SHIPPED_SETTINGS, kinds: [], reachDays: 0 };

function judging({ settings, kinds }: Rules): MonthRules {
  return { settings: settings.discrepancies, kinds, ...settings.lateUsage };
}

/** Rule 23: the settings and the kinds frozen with each run of the programme, by period. Later kinds judge no old month. */
export async function monthRules(context: VerifyContext): Promise<(period: Period) => MonthRules> {
  const runs = await ask<{ period: Period; rules: RunRules }>(
    context,
    `select period, rules from billing_run where programme_code = :programme and state <> 'skipped'`,
  );
  const byPeriod = new Map(runs.map(({ period, rules }): [Period, MonthRules] => [period, judging(readRules(rules))]));
  return (period) => byPeriod.get(period) ?? NOTHING;
}
