import { z } from 'zod';
import { month, text } from './evidence.js';
import { otherKind } from './kind.js';

/**
 * Rules 7 and 20: what an MSP's last statement was issued for comes to something else by now, and no next one books the
 * difference. It stays open until a person confirms that it was settled, by `kontor correct` as a credit where it is in the
 * MSP's favour, by the distributor's own invoice where it is not, or waives it. `amount` is what came to it since the case
 * before of the same month, signed, in the statement's currency.
 */
export const afterLastStatement = otherKind({
  kind: 'after_last_statement',
  level: 'statement',
  handlings: ['person'],
  defaults: [],
  decisions: ['confirm', 'waive'],
  evidence: z.strictObject({ forPeriod: month, number: text, amount: text, currency: text }),
});
