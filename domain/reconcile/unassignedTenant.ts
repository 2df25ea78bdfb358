import { z } from 'zod';
import { text, units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';
import { notBilled } from './quantities.js';

/** Usage of a tenant nobody assigned to the site: billed, on a line called "unassigned". */
export const unassignedTenant = usageKind({
  kind: 'unassigned_tenant',
  handlings: REVIEWED,
  defaults: ['billed', 'not_billed'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ tenantRef: text.nullable(), quantity: units }),
  detect: (usage, quantity) =>
    usage.tenantId === null ? { tenantRef: usage.tenantRef, quantity: quantity.value } : null,
  settle: { billed: (quantity) => quantity, not_billed: notBilled },
});
