import { percent } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 4: how many silent sites pass without a person. Its share and months of estimates belong to `discrepancies`. */
export const estimates = settingsGroup(4, {
  silentSitesPercent: setting(
    percent,
    10,
    'Where more than this share of the expected sites is silent at the deadline, the run waits for a person',
  ),
});
