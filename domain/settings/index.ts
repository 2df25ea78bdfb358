/**
 * The settings of a programme (rule 23): every number of product.md's rules, one file per subject; those of rule 3 are
 * beside the kinds of discrepancies, in domain/reconcile. A programme gives what it wants otherwise; the rest is as
 * shipped. A new number is one member of a group; a new group is a file and a line in `SETTINGS_GROUPS`,
 * `programmeSettings` and `resolveSettings`. Zones are no numbers: the programme has its own.
 */
import { z } from 'zod';
import { mailAddress } from '../mailAddress.js';
import { KontorError } from '../errors.js';
import { fieldErrors } from '../fieldErrors.js';
import { reconcileSettings, SHIPPED_SETTINGS as SHIPPED_DISCREPANCIES } from '../reconcile/settings.js';
import { calendar } from './calendar.js';
import { contact } from './contact.js';
import { corrections } from './corrections.js';
import { estimates } from './estimates.js';
import { exchangeRates } from './exchangeRates.js';
import { installations } from './installations.js';
import { keeping } from './keeping.js';
import { lateUsage } from './lateUsage.js';
import { minimumVersions } from './minimumVersions.js';
import { orders } from './orders.js';
import { provisioning } from './provisioning.js';
import { registration } from './registration.js';
import { subscriptions } from './subscriptions.js';
import { termLicences } from './termLicences.js';

export const SETTINGS_GROUPS = {
  calendar, // rule 1
  estimates, // rule 4
  contact, // rule 6
  installations, // rule 6
  lateUsage, // rule 7
  exchangeRates, // rule 10
  registration, // rule 14
  keeping, // rule 15
  corrections, // rule 18
  orders, // rule 21
  subscriptions, // rule 21
  termLicences, // rule 22
  provisioning, // rule 23
  minimumVersions, // rule 23
};

/** What a programme sets, as it is given and stored. Refusals name the field and the rule. */
export const programmeSettings = z
  .strictObject({
    partnerTeamEmail: mailAddress
      .toLowerCase()
      .optional()
      .meta({ description: "Where the partner team reads its mail; the vendor's address unless set" }),
    partnerTeamLocale: z
      .string()
      .regex(/^[a-z]{2}$/, 'Two small letters, ISO 639-1')
      .optional()
      .meta({
        description: 'The language of its mail, English unless set and for one that Kontor does not speak',
        example: 'it',
      }),
    calendar: calendar.schema.optional(),
    /** Rule 3; given, what is left out inside is as shipped on that day. */
    discrepancies: reconcileSettings.optional(),
    estimates: estimates.schema.optional(),
    contact: contact.schema.optional(),
    installations: installations.schema.optional(),
    lateUsage: lateUsage.schema.optional(),
    exchangeRates: exchangeRates.schema.optional(),
    registration: registration.schema.optional(),
    keeping: keeping.schema.optional(),
    corrections: corrections.schema.optional(),
    orders: orders.schema.optional(),
    subscriptions: subscriptions.schema.optional(),
    termLicences: termLicences.schema.optional(),
    provisioning: provisioning.schema.optional(),
    minimumVersions: minimumVersions.schema.optional(),
  })
  .meta({ id: 'ProgrammeSettings', description: 'What the programme sets otherwise than shipped (docs/settings.md)' });

export type PartialSettings = z.output<typeof programmeSettings>;

/** What holds: what is given, else what is shipped. */
export function resolveSettings(given: PartialSettings) {
  const { partnerTeamEmail, partnerTeamLocale } = given;
  return {
    ...(partnerTeamEmail === undefined ? {} : { partnerTeamEmail }),
    ...(partnerTeamLocale === undefined ? {} : { partnerTeamLocale }),
    calendar: calendar.resolve(given.calendar),
    discrepancies: given.discrepancies ?? SHIPPED_DISCREPANCIES,
    estimates: estimates.resolve(given.estimates),
    contact: contact.resolve(given.contact),
    installations: installations.resolve(given.installations),
    lateUsage: lateUsage.resolve(given.lateUsage),
    exchangeRates: exchangeRates.resolve(given.exchangeRates),
    registration: registration.resolve(given.registration),
    keeping: keeping.resolve(given.keeping),
    corrections: corrections.resolve(given.corrections),
    orders: orders.resolve(given.orders),
    subscriptions: subscriptions.resolve(given.subscriptions),
    termLicences: termLicences.resolve(given.termLicences),
    provisioning: provisioning.resolve(given.provisioning),
    minimumVersions: minimumVersions.resolve(given.minimumVersions),
  };
}

export type ProgrammeSettings = ReturnType<typeof resolveSettings>;

/** What holds for a programme that has set nothing. */
export const SHIPPED_PROGRAMME_SETTINGS: ProgrammeSettings = resolveSettings({});

/** Throws VALIDATION_FAILED with one error per broken field: its JSON pointer, and the rule with its range or order. */
export function parseSettings(value: unknown): PartialSettings {
  const parsed = programmeSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = new Map(
    fieldErrors(parsed.error)
      .toReversed()
      .map((error) => [error.field, error]),
  );
  throw new KontorError(
    'VALIDATION_FAILED',
    'The settings break the rules named under errors.',
    [...fields.values()].reverse(),
  );
}
