import pg from 'pg';

/** Whose rows a transaction may see; enforced by row level security, not by filters. */
export type Scope =
  | { kind: 'all' }
  | { kind: 'msp'; mspId: string }
  | { kind: 'distributor'; distributorId: string }
  /** Named tenants alone, of whatever MSP; `companyId` is the reader's own. */
  | { kind: 'tenants'; companyId: string; tenantIds: readonly string[] }
  /** Everything, to remove what is kept no longer (rule 15). */
  | { kind: 'retention' };

export const ALL: Scope = { kind: 'all' };
export const RETENTION: Scope = { kind: 'retention' };

interface OfKind<S> {
  /** What a transaction begins with, in one round trip; the settings are local to it. */
  begin: (scope: S) => string;
  /**
   * Added to the names of prepared statements: a plan is good for the role alone that it was made for (db/schema/roles.ts), and
   * would be made anew with each change of it.
   */
  plans: string;
}

const literal = (text: string): string => pg.escapeLiteral(text);

export const SCOPES: { readonly [K in Scope['kind']]: OfKind<Extract<Scope, { kind: K }>> } = {
  all: { begin: () => `begin; set local role kontor_all; set local kontor.scope = 'all'`, plans: '.all' },
  msp: {
    begin: ({ mspId }) =>
      `begin; set local kontor.scope = 'msp'; set local kontor.msp_id = ${literal(mspId)}; ` +
      `set local kontor.company_id = ${literal(mspId)}`,
    plans: '',
  },
  distributor: {
    begin: ({ distributorId }) =>
      `begin; set local role kontor_limited; set local kontor.scope = 'distributor'; ` +
      `set local kontor.distributor_id = ${literal(distributorId)}; ` +
      `set local kontor.company_id = ${literal(distributorId)}`,
    plans: '.limited',
  },
  tenants: {
    begin: ({ companyId, tenantIds }) =>
      `begin; set local role kontor_limited; ` +
      `select kontor_enter_tenants(${literal(companyId)}, ${literal(`{${tenantIds.join()}}`)})`,
    plans: '.limited',
  },
  retention: {
    begin: () => `begin; set local role kontor_retention; set local kontor.scope = 'all'`,
    plans: '.retention',
  },
};
