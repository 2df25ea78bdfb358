import { z } from 'zod';
import { KINDS, type DiscrepancyKind, type KindOf } from './kinds.js';
import { thresholds } from './thresholds.js';

type KindSettings = { [K in DiscrepancyKind]: KindOf<K>['settings'] };

/** Each kind's own settings, by its name: derived, so that there is no second list of kinds. */
const kindSettings = Object.fromEntries(KINDS.map(({ kind, settings }) => [kind, settings])) as unknown as KindSettings;

/**
 * Rule 3 as a programme has it: its numbers, and per kind how it is handled and what is done where nobody decides.
 * `reconcileSettings.parse({})` is what is shipped. Unknown members and numbers out of range are refused with their path.
 */
export const reconcileSettings = z.strictObject({ ...thresholds, kinds: z.strictObject(kindSettings).prefault({}) });
export type ReconcileSettings = z.output<typeof reconcileSettings>;

export const SHIPPED_SETTINGS: ReconcileSettings = reconcileSettings.parse({});
