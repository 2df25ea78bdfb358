import { z } from 'zod';
import { KEY_STATES } from '../../domain/key.js';
import { CONTACT_STATES, SITE_KINDS, SITE_STATES } from '../../domain/site.js';
import { CHANNELS, SERVED_CHANNELS } from '../../domain/siteMessage.js';
import { instant, period, periodText, productCode, programmeCode, printedText, uuid } from './common.js';
import { assignments, tenantRefs } from './tenants.js';

export const siteName = printedText(120).meta({ example: 'Head office' });
export const siteKind = z.enum(SITE_KINDS).meta({
  description: 'managed: over a central console; standalone: one installation whose key is typed in by hand',
});
export const siteState = z.enum(SITE_STATES);
export const contactState = z.enum(CONTACT_STATES);
export const keyState = z.enum(KEY_STATES);

export const siteInput = z
  .strictObject({
    programme: programmeCode,
    name: siteName,
    product: productCode,
    kind: siteKind.default('managed'),
    channel: z
      .enum(
        SERVED_CHANNELS,
        'A site sends by itself ("push"), or somebody uploads its signed files ("file"): nothing fetches from a site yet.',
      )
      .default('push'),
    tenantRefs: tenantRefs.default([]).meta({ description: 'Reported under their own references' }),
    assignments: assignments.default([]).meta({ description: 'Reported under references of the site' }),
    fromPeriod: period.optional().meta({ description: 'First month that counts; the running one if it is left out' }),
  })
  .meta({ id: 'SiteInput' });

/** More in one request would hold the audit trail for longer than others like to wait. */
export const MOST_AT_ONCE = 200;

export const siteInputs = z
  .strictObject({ sites: z.array(siteInput).min(1).max(MOST_AT_ONCE) })
  .meta({ id: 'SiteInputs' });

export const siteMade = z
  .strictObject({ siteId: uuid, keyId: uuid, key: z.string().meta({ description: 'Shown once' }) })
  .meta({ id: 'SiteMade' });

export const sitesMade = z
  .strictObject({ items: z.array(siteMade).meta({ description: 'In the order of the request' }) })
  .meta({ id: 'SitesMade' });

export const site = z
  .strictObject({
    siteId: uuid,
    name: z.string(),
    product: z.string(),
    kind: siteKind,
    channel: z.enum(CHANNELS),
    fromPeriod: periodText.meta({ description: 'Nothing is accepted for an earlier month' }),
    state: siteState,
    contact: contactState.meta({ description: 'Rule 6: how long the site has been silent, in what follows from it' }),
    createdAt: instant,
    activatedAt: instant.nullable(),
    lastContactAt: instant.nullable(),
    tenantRefs: z.array(z.string()),
    installations: z.number().int().meta({ description: 'In use: neither replaced nor retired' }),
    keyState,
  })
  .meta({ id: 'Site' });

export const siteTenants = z
  .strictObject({
    tenantRefs: tenantRefs.default([]).meta({ description: 'Reported under their own references' }),
    assignments: assignments.default([]).meta({ description: 'Reported under references of the site' }),
    from: period
      .optional()
      .meta({ description: 'Earlier months stay as they were; the first that is not opened if it is left out' }),
  })
  .meta({ id: 'SiteTenants' });

export const assignment = z
  .strictObject({
    reference: z.string(),
    tenantId: uuid,
    tenantRef: z.string(),
    fromPeriod: periodText,
    untilPeriod: periodText.nullable().meta({ description: 'The first month it does not hold for any more' }),
  })
  .meta({ id: 'Assignment' });

export const installation = z
  .strictObject({
    installationId: uuid,
    enrolledBy: z.enum(['key', 'token']),
    keyId: uuid,
    activatedAt: instant,
    lastHeardAt: instant.nullable(),
    productVersion: z.string().meta({ description: 'What it named last' }),
    replacedBy: uuid.nullable(),
    replacedAt: instant.nullable(),
    replacedForFree: z.boolean().nullable().meta({ description: 'Rule 6: counts as one with its successor' }),
    retiredAt: instant.nullable(),
    backupsPassed: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Of the newest check-in that told; shown to the MSP and the partner team' }),
    backupsFailed: z.number().int().nullable(),
    backupsUnknown: z.number().int().nullable(),
  })
  .meta({ id: 'Installation' });
