import { flag } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 21: what a tenant's use of a product asks for. */
export const subscriptions = settingsGroup(21, {
  required: setting(
    flag,
    false,
    'A key of a tenant and product is issued only while a subscription of both runs; else its first key starts one. Use is billed either way',
  ),
});
