/**
 * The fields evidence is made of. Each is a schema that also says how documents write it, so that a kind declares its
 * evidence once: detection must produce it, rows of the database are read by it, and the words of each language get the
 * same fields, formatted.
 */
import { z } from 'zod';

/** How a document writes a field: `hours` are seconds written as whole hours, `day` and `instant` as a day. */
export type WrittenAs = 'units' | 'hours' | 'day' | 'instant' | 'month' | 'amount' | 'text';

const WRITTEN_AS = z.registry<{ as: WrittenAs }>();

/** A count of units, whole. */
export const units = z.int().min(0).register(WRITTEN_AS, { as: 'units' });
/** A deviation in seconds, sign kept; written as whole hours. */
export const seconds = z.number().register(WRITTEN_AS, { as: 'hours' });
/** `YYYY-MM-DD`, in the MSP's zone. */
export const day = z.iso.date().register(WRITTEN_AS, { as: 'day' });
/** An ISO instant; written as its day in the MSP's zone. */
export const instant = z.iso.datetime().register(WRITTEN_AS, { as: 'instant' });
/** `YYYY-MM` */
export const month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
  .register(WRITTEN_AS, { as: 'month' });
/** Minor units of the statement's currency, as a whole decimal string: larger than a number holds exactly. */
export const amountMinor = z
  .string()
  .regex(/^-?\d+$/)
  .register(WRITTEN_AS, { as: 'amount' });
/** Written as it is. */
export const text = z.string().register(WRITTEN_AS, { as: 'text' });

/** Null where what a field would say is not known; a default is what rows say that were stored before there was the field. */
type Field = z.ZodType<number | string | null>;

export type EvidenceSchema = z.ZodObject<Readonly<Record<string, Field>>, z.core.$strict>;

/** The fields of evidence and how documents write each; one that is not made of the above is written as it is. */
export function writtenFields({ shape }: EvidenceSchema): { name: string; as: WrittenAs }[] {
  return Object.entries(shape).map(([name, field]) => {
    const known = field instanceof z.ZodDefault ? field.unwrap() : field;
    const plain = known instanceof z.ZodNullable ? known.unwrap() : known;
    return { name, as: WRITTEN_AS.get(plain as Field)?.as ?? 'text' };
  });
}
