import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { customerPrices } from '../../domain/customerPrices.js';
import { currency, currencyInUse, instant, period, periodText, programmeCode, uuid } from './common.js';

export const newCustomerPriceList = z
  .strictObject({
    programme: programmeCode,
    fromPeriod: period.meta({ description: 'The first month it prices; it holds until a list from a later month' }),
    currency: currencyInUse,
    prices: customerPrices.refine((list) => Object.keys(list).length > 0, 'Price at least one meter'),
    basedOn: z.int().min(0).max(2_147_483_647).meta({
      description: 'The latest version that you know; 0: there is none. STATE_CONFLICT where there is a later one',
    }),
  })
  .meta({ id: 'NewCustomerPriceList' });

export const customerPriceList = z
  .strictObject({
    id: uuid,
    programme: z.string(),
    version: z.int(),
    fromPeriod: periodText,
    currency,
    prices: customerPrices,
    setAt: instant,
    setBy: actor,
  })
  .meta({ id: 'CustomerPriceList' });
