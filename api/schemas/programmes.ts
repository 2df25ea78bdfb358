import { z } from 'zod';
import { currency, email, instant, party, period, periodText, programmeCode, text, zone } from './common.js';

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

const fields = {
  name: text(120),
  vendor: party,
  baseCurrency: currency.meta({ description: 'Currency of the base price list' }),
  firstPeriod: period.meta({ description: 'The first month it closes; fixed once a month was opened (rule 19)' }),
};

export const programmeInput = z
  .strictObject({ ...fields, zone, settings: settings.optional() })
  .meta({ id: 'ProgrammeInput' });

export const programmePatch = z
  .strictObject({
    name: fields.name.optional(),
    vendor: fields.vendor.optional(),
    baseCurrency: fields.baseCurrency.optional(),
    firstPeriod: fields.firstPeriod.optional(),
    reason: text(500).optional(),
  })
  .meta({ id: 'ProgrammePatch' });

export const programmeEnd = z
  .strictObject({ lastPeriod: period.meta({ description: 'The last month it closes' }), reason: text(500) })
  .meta({ id: 'ProgrammeEnd' });

export const programme = z
  .strictObject({
    programme: programmeCode,
    name: z.string(),
    vendor: party,
    baseCurrency: z.string(),
    firstPeriod: periodText,
    lastPeriod: periodText.nullable(),
    nextPeriod: periodText.meta({ description: 'The first month that has not been opened' }),
    zone: z.string().meta({ description: 'Of the partner team, in the next month' }),
    settings,
  })
  .meta({ id: 'Programme' });

export const settingsInput = z
  .strictObject({
    fromPeriod: period.meta({ description: 'The first month they hold for: one that has not been opened' }),
    zone: zone.optional().meta({ description: 'Left out: the one that holds for that month' }),
    settings,
    reason: text(500),
  })
  .meta({ id: 'SettingsInput' });

export const settingVersion = z
  .strictObject({
    version: z.int(),
    fromPeriod: periodText,
    zone: z.string(),
    settings,
    setAt: instant,
    setBy: z.string(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'SettingVersion' });

type Present<T> = { [K in keyof T]: Present<Exclude<T[K], undefined>> };

/** Drops fields that hold nothing, as JSON does: a setting that is not given leaves the rule's default in force. */
export function toSettings(input: z.output<typeof settings>): Present<z.output<typeof settings>> {
  return JSON.parse(JSON.stringify(input)) as Present<z.output<typeof settings>>;
}
