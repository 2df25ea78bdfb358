import { z } from 'zod';
import { email, party, programmeCode, text, zone } from './common.js';

export { programmeCode };

/** A name, never a path. */
export const filename = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'Letters, digits, dots, hyphens and underscores')
  .meta({ example: 'programme-guide.pdf' });

/** Of 24 hours; fractions allowed. */
const days = z.number().positive().max(3660);
const remindAfterDays = z.array(days).max(10).readonly().optional();

const settings = z
  .strictObject({
    partnerTeamEmail: email.optional().meta({ description: 'Where the partner team reads its mail' }),
    registration: z.strictObject({ remindAfterDays, expireAfterDays: days.optional() }).optional(),
    contact: z
      .strictObject({
        warnAfterDays: days.optional(),
        blockAfterDays: days.optional(),
        disableAfterDays: days.optional(),
      })
      .optional(),
    provisioning: z.strictObject({ remindAfterDays }).optional(),
  })
  .meta({ description: "What the programme sets otherwise than the rules' defaults" });

export const programmeInput = z
  .strictObject({ name: text(120), zone, vendor: party, settings: settings.optional() })
  .meta({ id: 'ProgrammeInput' });

export const programme = z
  .strictObject({ code: programmeCode, name: z.string(), zone: z.string(), vendor: party, settings })
  .meta({ id: 'Programme' });

type Present<T> = { [K in keyof T]: Present<Exclude<T[K], undefined>> };

/** Drops fields that hold nothing, as JSON does: a setting that is not given leaves the rule's default in force. */
export function toSettings(input: z.output<typeof settings> = {}): Present<z.output<typeof settings>> {
  return JSON.parse(JSON.stringify(input)) as Present<z.output<typeof settings>>;
}

const contentType = z.enum(['application/pdf', 'text/plain', 'text/markdown', 'application/zip', 'image/png']);

export const documentInput = z
  .strictObject({
    title: text(120),
    contentType,
    contentBase64: z.base64().min(1).meta({ description: 'At most some 8 MB of content' }),
  })
  .meta({ id: 'ProgrammeDocumentInput' });

export const programmeDocument = z
  .strictObject({ filename, title: z.string(), contentType })
  .meta({ id: 'ProgrammeDocument' });
