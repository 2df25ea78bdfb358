import { z } from 'zod';
import { decimalStringToMinor } from '../../domain/money.js';
import { parsePeriod } from '../../domain/period.js';

/** C0, DEL and C1: a line break in a name or a subject would begin a new header. */
const CONTROL = /\p{Cc}/u;
/** The same without tab and line break, for texts that people write over several lines. */
const CONTROL_BUT_BREAKS = /(?![\t\n\r])\p{Cc}/u;

/** A name on one line: goes into subjects and attachments' names. */
export const name = z
  .string()
  .min(1)
  .max(300)
  .refine((text) => !CONTROL.test(text), 'contains control characters');

/** A text of a person, in the body alone. */
export const text = z
  .string()
  .max(10_000)
  .refine((value) => !CONTROL_BUT_BREAKS.test(value), 'contains control characters')
  .transform((value) => value.replaceAll(/\r\n?/g, '\n'));

export const count = z.int().min(0);

/** An address to follow. */
export const link = z.url({ protocol: /^https?$/ });

/** `YYYY-MM-DD` */
export const day = z.iso.date();

/** `YYYY-MM` */
export const period = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
  .transform((value) => parsePeriod(value));

/** An amount as JSON writes it, `{amount: "12.34", currency: "EUR"}`; comes out in minor units. */
export const total = z
  .object({ amount: z.string(), currency: z.string().regex(/^[A-Z]{3}$/) })
  .transform(({ amount, currency }) => ({ currency, totalMinor: decimalStringToMinor(amount, currency) }));

export const parked = z.array(z.object({ mspName: name, reason: text }));

/** What was ordered. */
export const ordered = {
  vendorName: name,
  mspName: name,
  productName: name,
  siteName: name.nullable(),
  count: count.nullable(),
  price: total,
};
