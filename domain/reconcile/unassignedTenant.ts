import { QUANTITY_DECISIONS, type UsageKind } from './kind.js';

/** Usage of a tenant nobody assigned to the site: billed, on a line called "unassigned". */
export const unassignedTenant = {
  kind: 'unassigned_tenant',
  level: 'usage',
  handling: 'review',
  decisions: QUANTITY_DECISIONS,
  detect: (usage, quantity) =>
    usage.tenantId === null ? { tenantRef: usage.tenantRef, quantity: quantity.value } : null,
  applyDefault: (quantity) => quantity,
} as const satisfies UsageKind;
