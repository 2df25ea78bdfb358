import { whole } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 10: markets close on holidays, so the period's last rate may be some days old. */
export const exchangeRates = settingsGroup(10, {
  publishedWithinDays: setting(
    whole('days', 1, 28),
    7,
    'A rate published in so many last days of the period counts as its last one',
  ),
});
