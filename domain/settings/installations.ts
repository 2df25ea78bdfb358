import { wholeDays } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 6: an installation that moves to other hardware. */
export const installations = settingsGroup(6, {
  replaceWithinDays: setting(
    wholeDays,
    30,
    'New hardware replaces an installation for free, counted from its last contact',
  ),
});

export type InstallationSettings = ReturnType<typeof installations.resolve>;
