import { z } from 'zod';
import { termPrices } from '../../domain/licences/termPrice.js';
import { priceSchema } from '../../domain/pricing/index.js';
import { pricesByMeter } from '../../domain/pricing/pricePlan.js';
import {
  amount,
  currency,
  currencyInUse,
  period,
  periodText,
  programmeCode,
  printedText,
  text,
  uuid,
} from './common.js';

/** One schema per price model (rule 9), beside the model. */
export const price = priceSchema.meta({ id: 'Price' });

const prices = pricesByMeter.refine((list) => Object.keys(list).length > 0, 'Price at least one meter');

const shape = {
  programme: programmeCode,
  name: printedText(120),
  distributorId: uuid.nullish().meta({ description: 'None: the base plan, for distributors without one of their own' }),
  currency,
  fromPeriod: period.meta({ description: 'The first month it prices: one that has not been opened (rule 19)' }),
  untilPeriod: period.nullish().meta({ description: 'The last month it prices; none: until it is ended' }),
  monthlyMinimum: amount.nullish().meta({ description: 'Monthly minimum per MSP, in the currency of the plan' }),
  firstMonth: z.enum(['billed', 'unbilled']).meta({ description: 'A new site in its first calendar month (rule 8)' }),
  prices,
  termPrices: termPrices
    .default({})
    .meta({ description: 'Of term licences (rule 22), by meter; none: not sold for a term' }),
};

export const newPricePlan = z
  .strictObject({ ...shape, currency: currencyInUse })
  .refine(({ fromPeriod, untilPeriod }) => untilPeriod == null || untilPeriod >= fromPeriod, {
    path: ['untilPeriod'],
    message: 'Ends before it starts',
  })
  .refine((plan) => plan.monthlyMinimum == null || plan.monthlyMinimum.currency === plan.currency, {
    path: ['monthlyMinimum', 'currency'],
    message: 'The minimum is in the currency of the plan',
  })
  .meta({ id: 'NewPricePlan' });

export const pricePlan = z
  .strictObject({
    id: uuid,
    ...shape,
    distributorId: uuid.nullable(),
    fromPeriod: periodText,
    untilPeriod: periodText.nullable(),
    monthlyMinimum: amount.nullable(),
    termPrices,
  })
  .meta({ id: 'PricePlan' });

export const pricePlanEnd = z
  .strictObject({
    untilPeriod: period.meta({ description: 'The last month it prices: one that has not been opened' }),
    reason: text(500),
  })
  .meta({ id: 'PricePlanEnd' });
