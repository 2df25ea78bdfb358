import { ALL_KINDS, type DiscrepancyKind } from '../../domain/reconcile/index.js';
import type { RunKey } from '../../domain/run.js';
import { parseSettings, resolveSettings, type ProgrammeSettings } from '../../domain/settings/index.js';
import { KontorError } from '../../domain/errors.js';
import type { Trx } from '../connect.js';
import { runRules, type RunRules } from './openRun.js';

/** Rule 23: what a month is closed by, as it was when its run opened. */
export interface MonthRules {
  settings: ProgrammeSettings;
  /** The kinds of discrepancies there were, in their order: no later one judges this month. */
  kinds: readonly DiscrepancyKind[];
}

/** What was frozen, parsed. Throws VALIDATION_FAILED where the settings are in no shape known here. */
export function readRules({ settings, kinds }: Pick<RunRules, 'settings' | 'kinds'>): MonthRules {
  return {
    settings: resolveSettings(parseSettings(settings)),
    kinds: ALL_KINDS.filter((kind) => kinds.includes(kind)),
  };
}

/** Throws NOT_FOUND before the run is opened. */
export async function monthRules(trx: Trx, key: RunKey): Promise<MonthRules> {
  const rules = await runRules(trx, key);
  if (rules === undefined) {
    throw new KontorError('NOT_FOUND', `No run of ${key.period} of "${key.programme}" has been opened.`);
  }
  return readRules(rules);
}
