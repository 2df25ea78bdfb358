import type { Actor } from '../../domain/access/actor.js';
import type { SystemLevel } from '../../domain/access/levels.js';
import { rows, type Trx } from '../connect.js';
import { lockCompany, lockPerson } from './locks.js';

/** What a person or a service account may do for a company. */
export interface Membership {
  id: string;
  companyId: string;
  personId: string | null;
  serviceAccountId: string | null;
  /** One of the two: a system level, or a level of the company's own. */
  systemLevel: SystemLevel | null;
  accessLevelId: string | null;
  /** Null: everything of the company. */
  tenantIds: string[] | null;
  /** Whether units below the named tenants belong to the scope. */
  withBelow: boolean;
  fromAt: Date;
  untilAt: Date | null;
  /** The name under which somebody was invited, until she accepts: nothing may be done by it before. */
  invitedAs: string | null;
  /** The provider that made it and changes it; null: it was made by hand. */
  providerId: string | null;
}

const FIELDS = `m.id, m.company_id as "companyId", m.person_id as "personId", m.service_account_id as "serviceAccountId",
  m.system_level as "systemLevel", m.access_level_id as "accessLevelId", m.tenant_ids as "tenantIds",
  m.with_below as "withBelow", m.from_at as "fromAt", m.until_at as "untilAt",
  m.invited_as as "invitedAs", m.identity_provider_id as "providerId"`;

/** Keeps a new membership. */
export async function insertMembership(
  trx: Trx,
  membership: Omit<Membership, 'invitedAs' | 'providerId'> & Partial<Pick<Membership, 'invitedAs' | 'providerId'>>,
  { at, by }: { at: Date; by: Actor },
): Promise<void> {
  await rows(
    trx,
    `insert into membership (id, company_id, person_id, service_account_id, system_level, access_level_id, tenant_ids,
       with_below, from_at, until_at, invited_as, identity_provider_id, created_at, created_by)
     values (:id, :companyId, :personId, :serviceAccountId, :systemLevel, :accessLevelId, :tenantIds::uuid[],
       :withBelow, :fromAt, :untilAt, :invitedAs, :providerId, :at, :by)`,
    { invitedAs: null, providerId: null, ...membership, at, by: JSON.stringify(by) },
  );
}

export async function findMembership(trx: Trx, id: string): Promise<Membership | undefined> {
  const [found] = await rows<Membership>(trx, `select ${FIELDS} from membership m where m.id = :id`, { id });
  return found;
}

/** The same, with its company locked until the transaction ends: of two who change one at once, the second sees what the first did. */
export async function lockMembership(trx: Trx, id: string): Promise<Membership | undefined> {
  await rows(
    trx,
    'select c.id from company c join membership m on m.company_id = c.id where m.id = :id for no key update of c',
    { id },
  );
  return findMembership(trx, id);
}

/**
 * Of a person in a company what has not ended, invitations included, the latest first; locks the company, as `lockMembership`, and the
 * person, as `isMember`.
 */
export async function membershipsIn(
  trx: Trx,
  { personId, companyId, at }: { personId: string; companyId: string; at: Date },
): Promise<Membership[]> {
  await lockCompany(trx, companyId);
  await lockPerson(trx, personId);
  return rows<Membership>(
    trx,
    `select ${FIELDS} from membership m where m.person_id = :personId and m.company_id = :companyId
       and (m.until_at is null or m.until_at > :at) order by m.created_at desc, m.id`,
    { personId, companyId, at },
  );
}

/** Whether the person has ever been somebody of that company. */
export async function wasMember(trx: Trx, personId: string, companyId: string): Promise<boolean> {
  const found = await rows(
    trx,
    'select id from membership where person_id = :personId and company_id = :companyId limit 1',
    { personId, companyId },
  );
  return found.length > 0;
}

/** What a provider made and has not ended. */
export function membershipsMadeBy(trx: Trx, providerId: string, at: Date): Promise<Membership[]> {
  return rows<Membership>(
    trx,
    `select ${FIELDS} from membership m where m.identity_provider_id = :providerId
       and (m.until_at is null or m.until_at > :at) order by m.created_at, m.id`,
    { providerId, at },
  );
}

export async function membershipOfAccount(trx: Trx, serviceAccountId: string): Promise<Membership | undefined> {
  const [found] = await rows<Membership>(
    trx,
    `select ${FIELDS} from membership m where m.service_account_id = :serviceAccountId`,
    { serviceAccountId },
  );
  return found;
}

/** The person has accepted: from now on the membership counts. */
export async function acceptMembership(trx: Trx, id: string): Promise<void> {
  await rows(trx, 'update membership set invited_as = null where id = :id returning id', { id });
}
