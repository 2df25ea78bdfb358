import type { Action } from './actions.js';

/** What a membership gives, or is to give. */
export interface Grant {
  actions: readonly Action[];
  /** Null: everything of the company. */
  tenantIds: readonly string[] | null;
  /** Whether units below the named tenants belong to it. */
  withBelow: boolean;
}

/** What somebody has who gives, changes or takes it. */
export interface Holding {
  actions: ReadonlySet<Action>;
  /** Of the own membership, not of what the view reaches. Null: everything of the company. */
  tenantIds: readonly string[] | null;
  withBelow: boolean;
  /** The named tenants, and what is below them where that belongs to it. */
  tenants: readonly string[] | null;
}

/** Nobody gives more than they have: `level`, `scope` where the grant goes beyond it. Who may not give may not take either. */
export function covers(holding: Holding, grant: Grant): 'yes' | 'level' | 'scope' {
  if (!grant.actions.every((action) => holding.actions.has(action))) return 'level';
  if (holding.tenantIds === null) return 'yes';
  const within = grant.tenantIds?.every((id) => holding.tenants?.includes(id)) ?? false;
  return within && (holding.withBelow || !grant.withBelow) ? 'yes' : 'scope';
}
