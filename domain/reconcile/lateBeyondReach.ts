import { z } from 'zod';
import { day, month, units } from './evidence.js';
import { otherKind, REVIEWED } from './kind.js';

/**
 * Rule 7: a report or check-ins for a closed month that came later than late usage reaches back. Not billed by default;
 * `accept_reported` lets it in, and that month is rated again with it.
 */
export const lateBeyondReach = otherKind({
  kind: 'late_beyond_reach',
  level: 'ingest',
  handlings: REVIEWED,
  defaults: ['not_billed'],
  decisions: ['accept', 'accept_reported'],
  evidence: z.strictObject({ forPeriod: month, receivedOn: day, quantity: units }),
});
