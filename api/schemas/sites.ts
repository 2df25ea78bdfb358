import { z } from 'zod';
import { KEY_STATES } from '../../domain/key.js';
import { CONTACT_STATES, SITE_STATES } from '../../domain/site.js';
import { instant, period, productCode, programmeCode, text, uuid } from './common.js';
import { tenantRefs } from './tenants.js';

export const siteName = text(120).meta({ example: 'Head office' });
export const siteState = z.enum(SITE_STATES);
export const contactState = z.enum(CONTACT_STATES);
export const keyState = z.enum(KEY_STATES);

export const siteInput = z
  .strictObject({
    programme: programmeCode,
    name: siteName,
    product: productCode,
    tenantRefs: tenantRefs.default([]),
    fromPeriod: period.optional().meta({ description: 'The first month it may report; the current one unless given' }),
  })
  .meta({ id: 'SiteInput' });

export const siteMade = z
  .strictObject({ siteId: uuid, keyId: uuid, key: z.string().meta({ description: 'Shown once' }) })
  .meta({ id: 'SiteMade' });

export const site = z
  .strictObject({
    siteId: uuid,
    name: z.string(),
    product: z.string(),
    state: siteState,
    contact: contactState.meta({ description: 'Rule 6: how long the site has been silent, in what follows from it' }),
    createdAt: instant,
    activatedAt: instant.nullable(),
    lastContactAt: instant.nullable(),
    tenantRefs: z.array(z.string()),
    installations: z.number().int(),
    keyState,
  })
  .meta({ id: 'Site' });
