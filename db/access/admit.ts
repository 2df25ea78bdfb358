import { isReservedName, type Actor } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import type { SystemLevel } from '../../domain/access/levels.js';
import type { View } from '../../domain/access/views.js';
import { KontorError } from '../../domain/errors.js';
import type { Trx } from '../connect.js';
import { insertMembership } from './membershipStore.js';
import { insertPerson, type Person } from './personStore.js';
import { insertServiceAccount } from './serviceAccountStore.js';
import { issueToken } from './tokenStore.js';

/** For which company somebody new acts, in which view, and how far. */
export interface Admission {
  companyId: string;
  view: View;
  level: SystemLevel;
  /** Null: the whole company. */
  tenantIds?: string[] | null;
  /** With the units below them. */
  withBelow?: boolean;
  at: Date;
  /** Who admits. */
  by: Actor;
}

/** An active person with a membership. */
async function keepPerson(
  trx: Trx,
  person: Omit<Person, 'id' | 'state'>,
  { companyId, level, tenantIds = null, withBelow = false, at, by }: Admission,
): Promise<{ id: string; membershipId: string }> {
  const [id, membershipId] = [randomUUID(), randomUUID()];
  if (!(await insertPerson(trx, { ...person, id, state: 'active' }, { at, by }))) {
    throw new KontorError('NAME_TAKEN', `${person.email} has a login already.`);
  }
  const scope = { tenantIds, withBelow, fromAt: at, untilAt: null };
  const holder = { companyId, personId: id, serviceAccountId: null, systemLevel: level, accessLevelId: null };
  await insertMembership(trx, { id: membershipId, ...holder, ...scope }, { at, by });
  return { id, membershipId };
}

/** An active person with a membership and a personal token, whose text is shown only now. */
export async function admitPerson(
  trx: Trx,
  person: Omit<Person, 'id' | 'state'>,
  admission: Admission,
): Promise<{ id: string; token: string }> {
  const { id, membershipId } = await keepPerson(trx, person, admission);
  const { view, at, by } = admission;
  const { token } = await issueToken(trx, { id: randomUUID(), membershipId, view, name: person.name, at, by });
  return { id, token };
}

/** A service account with a token, whose text is shown only now; the id is the token's. */
export async function admitServiceAccount(
  trx: Trx,
  name: string,
  { companyId, view, level, tenantIds = null, withBelow = false, at, by }: Admission,
): Promise<{ id: string; token: string }> {
  const id = randomUUID();
  if (isReservedName(name)) {
    throw new KontorError('VALIDATION_FAILED', `Kontor itself goes by such a name as "${name}": choose another.`);
  }
  if ((await insertServiceAccount(trx, { id, companyId, name, at, by })) !== 'made') {
    throw new KontorError('NAME_TAKEN', `The company has a service account "${name}": end it, or take another name.`);
  }
  const scope = { tenantIds, withBelow, fromAt: at, untilAt: null };
  const holder = { companyId, personId: null, serviceAccountId: id, systemLevel: level, accessLevelId: null };
  await insertMembership(trx, { id, ...holder, ...scope }, { at, by });
  return await issueToken(trx, { id: randomUUID(), membershipId: id, view, name, at, by });
}
