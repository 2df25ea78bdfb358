import type { SystemLevel } from '../../domain/access/levels.js';
import { rows, type Trx } from '../connect.js';
import { lockCompany, lockPerson } from './locks.js';
import type { Membership } from './membershipStore.js';

/** A person's membership as the company sees it: of who has not accepted yet, the name she was invited under. */
export interface Member {
  membershipId: string;
  /** Null until she accepts: the id would tell whether somebody of that address has a login. */
  personId: string | null;
  companyId: string;
  name: string;
  email: string;
  state: 'invited' | 'active' | 'ended';
  /** The system level, or the one that the company's own level was copied from. */
  level: SystemLevel;
  accessLevelId: string | null;
  tenantIds: string[] | null;
  withBelow: boolean;
  fromAt: Date;
  untilAt: Date | null;
  createdAt: Date;
}

const SELECT = `select m.id as "membershipId", case when m.invited_as is null then p.id end as "personId", m.company_id as "companyId",
    coalesce(m.invited_as, p.name) as name, p.email, coalesce(m.system_level, l.copied_from) as level,
    case when p.state = 'ended' or m.until_at <= now() then 'ended' when m.invited_as is not null then 'invited'
      else 'active' end as state, m.access_level_id as "accessLevelId", m.tenant_ids as "tenantIds",
    m.with_below as "withBelow", m.from_at as "fromAt", m.until_at as "untilAt", m.created_at as "createdAt"
  from membership m join person p on p.id = m.person_id left join access_level l on l.id = m.access_level_id`;

/** The people of a company in the order of their memberships' making, ended ones included; those after the cursor. */
export function listMembers(
  trx: Trx,
  filter: {
    /** Null: of every company. */
    companyId: string | null;
    /** In one company: as far as she has accepted. */
    personId?: string;
    /** The reader's own scope: nobody is shown whose scope is wider. Null: everybody. */
    within: readonly string[] | null;
    limit: number;
    after?: [Date, string] | undefined;
  },
): Promise<Member[]> {
  const [at, id] = filter.after ?? [null, null];
  return rows<Member>(
    trx,
    `${SELECT}
     where (:companyId::uuid is null or m.company_id = :companyId) and (:personId::uuid is null or p.id = :personId and (:companyId::uuid is null or m.invited_as is null))
       and (:within::uuid[] is null or m.tenant_ids <@ :within::uuid[])
       and (:id::uuid is null or (m.created_at, m.id) > (:at::timestamptz, :id::uuid))
     order by m.created_at, m.id limit :limit`,
    {
      companyId: filter.companyId,
      personId: filter.personId ?? null,
      within: filter.within === null ? null : [...filter.within],
      at,
      id,
      limit: filter.limit,
    },
  );
}

export async function findMember(trx: Trx, membershipId: string): Promise<Member | undefined> {
  const [member] = await rows<Member>(trx, `${SELECT} where m.id = :membershipId`, { membershipId });
  return member;
}

/** Whether the person is, or is invited to be, somebody of that company; locks the person against a second invitation. */
export async function isMember(trx: Trx, personId: string, companyId: string, at: Date): Promise<boolean> {
  await lockPerson(trx, personId);
  const found = await rows(
    trx,
    `select id from membership where person_id = :personId and company_id = :companyId
       and (until_at is null or until_at > :at) limit 1`,
    { personId, companyId, at },
  );
  return found.length > 0;
}

/** Sets level, scope and dates of a membership, from now on. */
export async function changeMembership(
  trx: Trx,
  change: Pick<Membership, 'id' | 'systemLevel' | 'accessLevelId' | 'tenantIds' | 'withBelow' | 'fromAt' | 'untilAt'>,
): Promise<void> {
  await rows(
    trx,
    `update membership set system_level = :systemLevel, access_level_id = :accessLevelId, tenant_ids = :tenantIds::uuid[],
       with_below = :withBelow, from_at = :fromAt, until_at = :untilAt where id = :id returning id`,
    { ...change },
  );
}

/** Ends a membership now; one that has not begun has never begun. */
export async function endMembership(trx: Trx, id: string, at: Date): Promise<void> {
  await rows(
    trx,
    `update membership set until_at = :at, from_at = least(from_at, :at::timestamptz - interval '1 millisecond')
     where id = :id and (until_at is null or until_at > :at) returning id`,
    { id, at },
  );
}

/**
 * How many people administer the whole company without an end. Locks the company: of two who remove the last but one at
 * the same time, one waits and sees what the other did.
 */
export async function countAdministrators(trx: Trx, companyId: string): Promise<number> {
  await lockCompany(trx, companyId);
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::integer as count from membership m join person p on p.id = m.person_id and p.state = 'active'
     where m.company_id = :companyId and m.system_level = 'administrator' and m.tenant_ids is null
       and m.invited_as is null and m.from_at <= now() and m.until_at is null`,
    { companyId },
  );
  return row?.count ?? 0;
}

/** The companies of which a person is somebody now. */
export async function companiesOf(trx: Trx, personId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select distinct company_id as id from membership where person_id = :personId
       and (until_at is null or until_at > now()) order by 1`,
    { personId },
  );
  return found.map(({ id }) => id);
}
