import { z } from 'zod';
import { addressLines, country, currency, currencyInUse, email, locale, printedText, uuid, zone } from './common.js';

const shape = {
  code: z
    .string()
    .regex(/^[A-Z0-9]{2,8}$/, '2 to 8 capital letters and digits')
    .meta({ description: 'Starts the number of each statement', example: 'IT' }),
  name: printedText(200),
  registrationNumber: printedText(60),
  address: addressLines,
  country,
  email,
  currency,
  locale,
  zone,
};

export const newDistributor = z.strictObject({ ...shape, currency: currencyInUse }).meta({ id: 'NewDistributor' });
export const distributor = z.strictObject({ id: uuid, ...shape }).meta({ id: 'Distributor' });
