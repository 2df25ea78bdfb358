import { z } from 'zod';
import { month, units } from './evidence.js';
import { otherKind, REVIEWED } from './kind.js';

/**
 * Rule 7: usage came late for a month whose price list has no price for its meter. That month cannot bill it, and no
 * price reaches into it (rule 19): what is owed is for the partner team to settle by an adjustment.
 */
export const lateUnpriced = otherKind({
  kind: 'late_unpriced',
  level: 'ingest',
  handlings: REVIEWED,
  defaults: ['not_billed'],
  decisions: ['accept'],
  evidence: z.strictObject({ forPeriod: month, quantity: units }),
});
