import { z } from 'zod';

/** A price in major units of the price list's currency: an exact decimal, zero or more. */
export const decimalPrice = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,8})?$/, 'A price such as "3.50", not negative')
  .meta({ example: '3.50' });
