import { aggregationOf, METER_CODES } from '../../domain/catalog/index.js';
import { SHIPPED_SETTINGS } from '../../domain/reconcile/index.js';

const metersThat = (how: string) => METER_CODES.filter((meter) => aggregationOf(meter) === how);

/**
 * What `kontor_usage` counts by, as JSON: the meters whose days are added and those of which the last count stands (rule 2; all
 * others are peaks), and of rule 3 what is shipped, for programmes that set nothing else.
 */
export const USAGE_RULES: string = JSON.stringify({
  sums: metersThat('sum'),
  lasts: metersThat('last'),
  tolerance: SHIPPED_SETTINGS.tolerance,
  mismatch: SHIPPED_SETTINGS.kinds.report_mismatch.default,
});
