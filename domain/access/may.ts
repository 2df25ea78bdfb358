import { ruleOf, type Action } from './actions.js';
import type { View } from './views.js';

/** For whom and with which rights somebody acts: one company, in one view, at one level, within one scope (rule 17). */
export interface Rights {
  companyId: string;
  view: View;
  actions: ReadonlySet<Action>;
  /** Ids of the tenants that the rights are limited to; null: the company's whole. */
  tenants: readonly string[] | null;
}

/** What an action is about, as far as its address says. */
export interface Resource {
  companyId?: string | undefined;
  mspId?: string | undefined;
  tenantId?: string | undefined;
}

/**
 * `yes`; `hidden`: there is nothing at that address for this company, and nobody learns whether there is for another;
 * or why not: the view, the level, or a scope that is too narrow.
 */
export type Verdict = 'yes' | 'hidden' | 'view' | 'level' | 'scope';

/** Whether rights suffice for an action on a resource. Which rows are seen then, row level security says. */
export function may(rights: Rights, action: Action, { companyId, mspId, tenantId }: Resource): Verdict {
  const rule = ruleOf(action);
  if (!rule.views.includes(rights.view)) return 'view';
  if (!rights.actions.has(action)) return 'level';
  if (rights.tenants !== null && rule.tenants !== true) return 'scope';
  if (rights.view !== 'vendor' && companyId !== undefined && companyId !== rights.companyId) return 'hidden';
  if (rights.view === 'service_provider' && mspId !== undefined && mspId !== rights.companyId) return 'hidden';
  if (rights.tenants !== null && tenantId !== undefined && !rights.tenants.includes(tenantId)) return 'hidden';
  return 'yes';
}
