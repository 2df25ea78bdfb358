import { fieldError, KontorError } from '../../domain/errors.js';
import { opensAt, periodsFrom, previousPeriod, type Period } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { resolveSettings } from '../../domain/settings/index.js';
import type { Trx } from '../connect.js';
import { firstUnopenedPeriod } from '../programmes/periods.js';
import { findProgramme, settingsFor, type SettingVersion } from '../programmes/programmeStore.js';
import { runState } from './openRun.js';

/** What the programme closes the month by (rule 23). Throws NOT_FOUND. */
export async function requireSettings(trx: Trx, { programme, period }: RunKey): Promise<SettingVersion> {
  const version = await settingsFor(trx, programme, period);
  if (version === undefined) throw new KontorError('NOT_FOUND', `There is no programme "${programme}".`);
  return version;
}

/** The same, once the month may be closed. Throws PERIOD_NOT_OVER before its run may open (rule 1). */
export async function requireOver(trx: Trx, { programme, period }: RunKey, now: Date): Promise<SettingVersion> {
  const version = await requireSettings(trx, { programme, period });
  const opens = opensAt(period, version.zone, resolveSettings(version.settings).calendar);
  if (now < opens) {
    throw fieldError('PERIOD_NOT_OVER', '/period', `${period} can be closed from ${opens.toISOString()} on.`);
  }
  return version;
}

/**
 * Rule 19: a programme closes its months one after the other. Throws PERIOD_OUT_OF_ORDER unless `period` is the next one
 * and the month before is sealed; with `skip`, later ones too, and those in between are returned.
 */
export async function requireOrder(
  trx: Trx,
  { programme, period }: RunKey,
  { skip }: { skip: boolean },
): Promise<Period[]> {
  const outOfOrder = (message: string) => fieldError('PERIOD_OUT_OF_ORDER', '/period', message);
  const next = await firstUnopenedPeriod(trx, programme);
  const lastPeriod = (await findProgramme(trx, programme))?.lastPeriod ?? null;
  if (lastPeriod !== null && period > lastPeriod) {
    throw outOfOrder(`"${programme}" ended with ${lastPeriod}: no later month is closed.`);
  }
  if (period < next) {
    throw outOfOrder(`"${programme}" closes its months in order and is at ${next}; ${period} is before that.`);
  }
  const before = previousPeriod(next);
  if ((await runState(trx, { programme, period: before })) === 'open') {
    throw outOfOrder(`${before} of "${programme}" is still open: let its run end, then close ${period}.`);
  }
  if (period > next && !skip) {
    throw outOfOrder(`"${programme}" closes its months in order: close ${next} first, or skip it with a reason.`);
  }
  return periodsFrom(next, period);
}
