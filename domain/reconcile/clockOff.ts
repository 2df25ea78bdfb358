import type { SiteKind } from './kind.js';

/**
 * A site whose clock deviates by more than a day: its messages were counted at the time of receipt, so the door has
 * already moved what it observed; here it is put on record.
 */
export const clockOff = {
  kind: 'clock_off',
  level: 'site',
  handling: 'automatic',
  decisions: [],
  detect: (site, settings) =>
    Math.abs(site.clockOffsetSeconds) > settings.clockOffsetSeconds ? { offsetSeconds: site.clockOffsetSeconds } : null,
  applyDefault: (quantity) => quantity,
} as const satisfies SiteKind;
