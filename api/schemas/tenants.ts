import { z } from 'zod';
import { instant, text, uuid } from './common.js';

/** The name a tenant's sites report it under. */
export const tenantRef = text(100).meta({ example: 'branch-north' });

export const tenantRefs = z
  .array(tenantRef)
  .max(500)
  .refine((refs) => new Set(refs).size === refs.length, 'Names each tenant once');

export const tenantInput = z.strictObject({ ref: tenantRef, name: text(200) }).meta({ id: 'TenantInput' });

export const tenant = z
  .strictObject({
    id: uuid,
    ref: z.string(),
    name: z.string(),
    state: z.enum(['onboarding', 'active', 'closed']),
    createdAt: instant,
  })
  .meta({ id: 'Tenant' });
