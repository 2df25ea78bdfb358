import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { programmeSettings } from '../../domain/settings/index.js';
import { currency, instant, party, period, periodText, programmeCode, text, zone } from './common.js';

const fields = {
  name: text(120),
  vendor: party,
  baseCurrency: currency.meta({ description: 'Currency of the base price list' }),
  firstPeriod: period.meta({ description: 'The first month it closes; fixed once a month was opened (rule 19)' }),
};

export const programmeInput = z
  .strictObject({ ...fields, zone, settings: programmeSettings.optional() })
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
    settings: programmeSettings,
  })
  .meta({ id: 'Programme' });

export const settingsInput = z
  .strictObject({
    fromPeriod: period.meta({ description: 'The first month they hold for: one that has not been opened' }),
    zone: zone.optional().meta({ description: 'Left out: the one that holds for that month' }),
    settings: programmeSettings,
    reason: text(500),
  })
  .meta({ id: 'SettingsInput' });

export const settingVersion = z
  .strictObject({
    version: z.int(),
    fromPeriod: periodText,
    zone: z.string(),
    settings: programmeSettings,
    setAt: instant,
    setBy: actor,
    reason: z.string().nullable(),
  })
  .meta({ id: 'SettingVersion' });
