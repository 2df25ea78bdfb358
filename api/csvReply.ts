import { createHash } from 'node:crypto';
import { z } from 'zod';
import { localeOf } from '../locales/index.js';
import type { CsvForm } from '../statements/index.js';
import { fileReply } from './route.js';

/** How lines are wanted. */
export const csvQuery = z.strictObject({
  form: z
    .enum(['plain', 'local'])
    .default('plain')
    .meta({ description: 'RFC 4180, or as a spreadsheet of the MSP expects it' }),
});

/** The form that was asked for, of a document in the language `locale`. */
export function csvFormOf({ form }: z.output<typeof csvQuery>, locale: string): CsvForm {
  return form === 'plain' ? 'plain' : { local: localeOf(locale) };
}

/** Lines as a file `NAME.csv`. */
export function csvReply(name: string, file: Buffer) {
  return fileReply(200, {
    file,
    contentType: 'text/csv; charset=utf-8',
    filename: `${name}.csv`,
    sha256: createHash('sha256').update(file).digest('hex'),
  });
}
