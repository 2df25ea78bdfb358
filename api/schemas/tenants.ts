import { z } from 'zod';
import { LONGEST_REFERENCE } from '../../domain/site.js';
import { instant, period, periodText, printedText, text, uuid } from './common.js';

/** The MSP's own name for a tenant or unit; its sites report it under that name unless they are assigned another. */
export const tenantRef = text(100).meta({ example: 'branch-north' });

export const tenantRefs = z
  .array(tenantRef)
  .max(500)
  .refine((refs) => new Set(refs).size === refs.length, 'Names each tenant once');

/** References of a site and the units they stand for. */
export const assignments = z
  .array(
    z.strictObject({
      reference: text(LONGEST_REFERENCE).meta({ description: 'What the site calls it in its messages' }),
      tenantRef,
    }),
  )
  .max(500)
  .refine(
    (list) => new Set(list.map(({ reference }) => reference)).size === list.length,
    'Assigns each reference once',
  );

export const tenantInput = z
  .strictObject({
    ref: tenantRef,
    name: printedText(200),
    parentRef: tenantRef.optional().meta({ description: 'The tenant or unit it belongs to; none at the top' }),
  })
  .meta({ id: 'TenantInput' });

/** More in one request would hold the audit trail for longer than others like to wait. */
export const MOST_TENANTS_AT_ONCE = 200;

export const tenantInputs = z
  .strictObject({
    tenants: z
      .array(tenantInput)
      .min(1)
      .max(MOST_TENANTS_AT_ONCE)
      .meta({ description: 'A unit after the tenant or unit it belongs to' }),
  })
  .meta({ id: 'TenantInputs' });

export const tenantClosing = z
  .strictObject({ from: period.meta({ description: 'The first month that it is closed for' }) })
  .meta({ id: 'TenantClosing' });

export const tenant = z
  .strictObject({
    id: uuid,
    parentRef: z.string().nullable().meta({ description: 'Null also where you do not see that one' }),
    customerId: uuid.nullable().meta({ description: "The customer's own company" }),
    ref: z.string(),
    name: z.string(),
    state: z.enum(['onboarding', 'active', 'closed']),
    closedFrom: periodText.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Tenant' });

export const tenantsMade = z
  .strictObject({ items: z.array(tenant).meta({ description: 'In the order of the request' }) })
  .meta({ id: 'TenantsMade' });

export const tenantOfMsp = tenant.extend({ mspId: uuid, mspName: z.string() }).meta({ id: 'TenantOfMsp' });

export const tenantCustomer = z
  .strictObject({ customerId: uuid.nullable().meta({ description: "The customer's company; null: none any more" }) })
  .meta({ id: 'TenantCustomer' });
