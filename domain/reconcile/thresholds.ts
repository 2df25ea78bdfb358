import { z } from 'zod';
import { decimalStringToMinor } from '../money.js';
import { MAX_QUANTITY } from '../usage.js';

const unitCount = z.int().min(0).max(MAX_QUANTITY);

/** Whether `amount` is a decimal that `currency` can write: `1000.00` EUR, `1000` JPY. */
function isAmount(amount: string, currency: string): boolean {
  try {
    return decimalStringToMinor(amount, currency) >= 0n;
  } catch {
    return false;
  }
}

/** From which amount, in major units, a first statement is confirmed by a second person; per ISO 4217 code. */
const amountByCurrency = z.record(z.string(), z.string()).superRefine((amounts, context) => {
  for (const [currency, amount] of Object.entries(amounts)) {
    if (isAmount(amount, currency)) continue;
    context.addIssue({
      code: 'custom',
      path: [currency],
      message: `Write an amount of ${currency} with at most that currency's digits, such as "1000".`,
    });
  }
});

/** The numbers of rule 3 and, for estimates, rule 4. A programme's settings; left out: as shipped. */
export const thresholds = {
  /** Between reported and observed: the greater of `units` and `percent` of the greater number. */
  tolerance: z
    .strictObject({ units: unitCount.default(1), percent: z.number().min(0).max(100).default(2) })
    .prefault({}),
  /** A spike or drop is a change over both. */
  jump: z
    .strictObject({ units: unitCount.default(10), percent: z.number().min(0).max(10_000).default(50) })
    .prefault({}),
  /** A site's clock is off beyond this; up to a week, since no message may deviate by more. */
  clockOffHours: z.int().min(1).max(168).default(24),
  /** The first month of a site, tenant and meter is looked at above this. */
  firstMonthUnits: unitCount.default(1_000),
  totalMovedPercent: z.int().min(1).max(10_000).default(25),
  /** Empty: a first statement is never looked at for its amount. */
  firstStatementOver: amountByCurrency.default({}),
  /** A statement with more than `sharePercent` of its lines estimated, `months` in a row, is a case. */
  mostlyEstimated: z
    .strictObject({ sharePercent: z.int().min(1).max(99).default(50), months: z.int().min(1).max(12).default(3) })
    .prefault({}),
};

export type Thresholds = { [K in keyof typeof thresholds]: z.output<(typeof thresholds)[K]> };
