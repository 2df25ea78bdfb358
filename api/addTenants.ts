import type { z } from 'zod';
import { appendAudits } from '../db/access/auditStore.js';
import type { Trx } from '../db/connect.js';
import { insertTenants, type Tenant } from '../db/parties/tenantStore.js';
import type { Actor } from '../domain/access/actor.js';
import { KontorError, type FieldError } from '../domain/errors.js';
import type { tenantInput } from './schemas/tenants.js';

/** A tenant as it is asked for, the id it gets, and where in the request it stands: a JSON pointer, empty for all of it. */
export type AskedTenant = z.output<typeof tenantInput> & { id: string; pointer: string };

/**
 * Adds tenants and units of an MSP, all or none (roll back when it throws), in as many statements for many as for one.
 * Throws NOT_FOUND where the MSP is not approved, VALIDATION_FAILED for a parent that is not there, NAME_TAKEN.
 */
export async function addTenants(
  trx: Trx,
  { mspId, actor, at }: { mspId: string; actor: Actor; at: Date },
  asked: readonly AskedTenant[],
): Promise<Tenant[]> {
  const made = asked.map(({ id, ref, name, parentRef = null }): Tenant => {
    const closed = { customerId: null, closedFrom: null };
    return { mspId, id, parentRef, ref, name, state: 'onboarding', createdAt: at, ...closed };
  });
  const outcomes = await insertTenants(trx, mspId, made);
  if (outcomes.includes('refused')) throw new KontorError('NOT_FOUND', 'There is no approved MSP of that id.');
  const of = (outcome: string) => asked.filter((_, index) => outcomes[index] === outcome);
  const unplaced = of('parentUnknown').map(({ parentRef, pointer }): FieldError => {
    const message = `"${parentRef ?? ''}" is no tenant of this MSP, or is closed.`;
    return { field: `${pointer}/parentRef`, code: 'VALIDATION_FAILED', message };
  });
  const [first] = unplaced;
  if (first !== undefined) throw new KontorError('VALIDATION_FAILED', first.message, unplaced);
  const taken = of('taken').map(({ ref, pointer }): FieldError => {
    return { field: `${pointer}/ref`, code: 'NAME_TAKEN', message: `"${ref}" is in use.` };
  });
  if (taken.length > 0) throw new KontorError('NAME_TAKEN', 'Another tenant of this MSP has that reference.', taken);
  appendAudits(
    trx,
    asked.map(({ id, pointer: _pointer, ...after }) => ({
      ...{ at, actor, mspId, action: 'tenant.added', subject: `tenant:${id}` },
      after,
    })),
  );
  return made;
}
