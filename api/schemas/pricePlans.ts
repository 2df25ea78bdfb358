import { z } from 'zod';
import { METER_CODES } from '../../domain/catalog/index.js';
import { amount, currency, day, text, uuid } from './common.js';

const unitPrice = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,8})?$/, 'A price such as "3.50", not negative')
  .meta({ example: '3.50' });

const tiers = z
  .array(z.strictObject({ upTo: z.int().positive().optional(), unitPrice }))
  .min(1)
  .max(50)
  .refine(
    (list) =>
      list.every(({ upTo }, i) => {
        if (i === list.length - 1) return upTo === undefined;
        return upTo !== undefined && upTo > (list[i - 1]?.upTo ?? 0);
      }),
    'Tiers ascend, and the last one alone has no end',
  );

/** The four price models (rule 9). */
export const price = z
  .discriminatedUnion('model', [
    z.strictObject({ model: z.literal('per_unit'), unitPrice }),
    z.strictObject({ model: z.literal('graduated'), tiers }),
    z.strictObject({ model: z.literal('volume'), tiers }),
    z.strictObject({ model: z.literal('package'), size: z.int().positive(), packagePrice: unitPrice }),
  ])
  .meta({ id: 'Price' });

const prices = z
  .partialRecord(z.enum(METER_CODES), price)
  .refine((record) => Object.keys(record).length > 0, 'Price at least one meter');

const shape = {
  name: text(120),
  distributorId: uuid.nullish().meta({ description: 'None: the base plan, for distributors without one of their own' }),
  currency,
  validFrom: day,
  validUntil: day.nullish(),
  monthlyMinimum: amount.nullish().meta({ description: 'Monthly minimum per MSP, in the currency of the plan' }),
  firstMonth: z.enum(['billed', 'unbilled']).meta({ description: 'A new site in its first calendar month (rule 8)' }),
  prices,
};

export const newPricePlan = z
  .strictObject(shape)
  .refine(({ validFrom, validUntil }) => validUntil == null || validUntil >= validFrom, {
    path: ['validUntil'],
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
    validUntil: day.nullable(),
    monthlyMinimum: amount.nullable(),
  })
  .meta({ id: 'PricePlan' });
