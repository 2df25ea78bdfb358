/** Parts that every route's schema is built from. Amounts, periods and instants have one form in the whole API. */
import { z } from 'zod';
import { mailAddress } from '../../domain/mailAddress.js';
import { PRODUCTS } from '../../domain/catalog/index.js';
import { isCurrency, isCurrencyInUse } from '../../domain/currency.js';
import { canonicalName, canonicalProse, nameProblem, proseProblem } from '../../domain/name.js';
import { LOCALES } from '../../locales/index.js';
import { unprintable } from '../../statements/fonts/runs.js';
import { isTimeZone, parsePeriod } from '../../domain/period.js';

/** In capitals it is the same id. */
export const uuid = z.uuid().toLowerCase().meta({ format: 'uuid' });

/** A row that the database numbers. */
export const rowId = z.string().regex(/^[1-9][0-9]{0,17}$/, 'A number');

function typed(max: number, problem: (value: string) => string | null, canonical: (value: string) => string) {
  return z
    .string()
    .min(1)
    .max(max)
    .superRefine((value, context) => {
      const message = problem(value);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .overwrite(canonical);
}

/** Text a person typed, in its one form; what could break a mail or a document is refused (domain/name.ts). */
export function text(max: number) {
  return typed(max, nameProblem, canonicalName);
}

/** The same over several lines: for what is said in the body of a mail alone, never in a subject or on a document. */
export function prose(max: number) {
  return typed(max, proseProblem, canonicalProse);
}

/** The same for what documents print: no character that none of their fonts has. */
export function printedText(max: number) {
  return text(max).superRefine((value, context) => {
    const found = unprintable(value);
    if (found === null) return;
    const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `Documents cannot print "${found}" (U+${code}): no font installed here has it. Write it in another script.`;
    context.addIssue({ code: 'custom', message });
  });
}

export const period = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'A period is a month written YYYY-MM')
  .transform((value) => parsePeriod(value))
  .meta({ type: 'string', pattern: '^20\\d\\d-(0[1-9]|1[0-2])$', example: '2026-03' });

/** A programme's code. */
export const programmeCode = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Lower-case letters, digits and hyphens')
  .meta({ example: 'msp' });

/** A period in an answer. */
export const periodText = z.string().meta({ example: '2026-03' });

/** No calendar of ours goes further; PostgreSQL has no year 0, and other readers none of five digits (case 44). */
const EARLIEST = '1900';
const LATEST = '2200';
const isInReach = (text: string) => text >= EARLIEST && text < LATEST;

export const day = z.iso.date().refine(isInReach, 'A day from 1900 to 2199').meta({ example: '2026-03-31' });

/** An instant in a request, in UTC or with its offset. */
export const instantIn = z.iso
  .datetime({ offset: true })
  .refine(isInReach, 'An instant from 1900 to 2199')
  .transform((value) => new Date(value))
  .meta({ type: 'string', format: 'date-time', example: '2026-04-04T00:00:00Z' });

/** An instant in an answer: ISO 8601 in UTC. */
export const instant = z
  .union([z.date(), z.iso.datetime()])
  .meta({ type: 'string', format: 'date-time', example: '2026-04-04T00:00:00.000Z' });

/** The instant in a cursor, as text. */
export const cursorText = z.iso.datetime().refine(isInReach);
export const cursorInstant = cursorText.transform((value) => new Date(value));

/** A number in a cursor, of a column of integers. */
export const cursorNumber = z.int().min(0).max(2_147_483_647);

/** ISO 3166-1 alpha-2. */
export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'Two capital letters, ISO 3166-1')
  .meta({ example: 'IT' });
/** Of what is shown: documents in a currency that was withdrawn since are still read. */
export const currency = z.string().refine(isCurrency, 'An ISO 4217 code').meta({ example: 'EUR' });
/** Of what is new. */
export const currencyInUse = z
  .string()
  .refine(isCurrencyInUse, 'An ISO 4217 code of a currency that has not been withdrawn')
  .meta({ example: 'EUR' });
export const locale = z.enum(LOCALES);
export const zone = z.string().max(64).refine(isTimeZone, 'An IANA time zone').meta({ example: 'Europe/Rome' });
export const productCode = z.enum(PRODUCTS.map((product) => product.code));

/** Lower case: mail domains are compared. */
export const email = mailAddress.transform((value) => value.toLowerCase()).meta({ type: 'string', format: 'email' });

/** An exact decimal; never a JSON number. */
export const decimalText = z
  .string()
  .regex(/^-?\d{1,15}(\.\d{1,12})?$/, 'A decimal such as "12.34"')
  .meta({ example: '12.34' });

export const amount = z.strictObject({ amount: decimalText, currency }).meta({ id: 'Amount' });

export const addressLines = z.array(printedText(200)).min(1).max(6);

/** A company as printed on documents. */
export const party = z
  .strictObject({
    name: printedText(200),
    registrationNumber: printedText(60),
    address: addressLines,
    country,
    email,
  })
  .meta({ id: 'Party' });

/** The answer when no worker took a decision in time: it may still be taken; ask again with the same key. */
export const pending = z.strictObject({ status: z.literal('accepted') }).meta({ id: 'Accepted' });
