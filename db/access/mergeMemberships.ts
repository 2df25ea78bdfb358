import { randomUUID } from 'node:crypto';
import { rows, type Trx } from '../connect.js';
import type { Merge } from '../parties/mergeCompany.js';
import { insertLevel, listLevels } from './levelStore.js';
import { insertMembership, type Membership } from './membershipStore.js';

/** People of the duplicate who are nobody of the other company yet, with the tenants that are left to their scope. */
function membershipsToTake(trx: Trx, { merged, into, at }: Merge): Promise<Membership[]> {
  return rows<Membership>(
    trx,
    `with reached as (
       select id from tenant where msp_id = :into
       union select unnest(kontor_tenants_of_view(v.company_id, v.view)) from company_view v where v.company_id = :into)
     select m.id, m.company_id as "companyId", m.person_id as "personId", m.service_account_id as "serviceAccountId",
       m.system_level as "systemLevel", m.access_level_id as "accessLevelId", scope.ids as "tenantIds",
       m.with_below as "withBelow", greatest(m.from_at, :at) as "fromAt", m.until_at as "untilAt",
       m.invited_as as "invitedAs"
     from membership m join person p on p.id = m.person_id and p.state <> 'ended'
     cross join lateral (select case when m.tenant_ids is null then null
       else array(select t from unnest(m.tenant_ids) t where t in (select id from reached)) end as ids) scope
     where m.company_id = :merged and m.identity_provider_id is null and (m.until_at is null or m.until_at > :at)
       and (scope.ids is null or cardinality(scope.ids) > 0)
       and not exists (select from membership o where o.company_id = :into and o.person_id = m.person_id
         and (o.until_at is null or o.until_at > :at))
     order by m.created_at, m.id`,
    { merged, into, at },
  );
}

/** A copy of a level of the duplicate's own in the other company; where that has one of its name, the copy's tells them apart. */
async function copyLevels(
  trx: Trx,
  { merged, into, at }: Merge,
  used: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const copies = new Map<string, string>();
  for (const level of await listLevels(trx, merged)) {
    if (!used.has(level.id)) continue;
    const copy = { ...level, id: randomUUID(), companyId: into };
    if (!(await insertLevel(trx, copy, at))) {
      await insertLevel(trx, { ...copy, name: `${level.name} (${copy.id.slice(0, 8)})` }, at);
    }
    copies.set(level.id, copy.id);
  }
  return copies;
}

/**
 * Makes people of a duplicate people of the other company, each at the level, within the scope and until the day that she
 * had; an invitation that waits waits on. What a provider made ends: it vouches for the duplicate alone. Who is somebody there already stays what she is. Call it after the tenants have
 * moved and before the duplicate's memberships end. Returns how many it made.
 */
export async function takeMemberships(trx: Trx, merge: Merge): Promise<number> {
  const taken = await membershipsToTake(trx, merge);
  const used = new Set(taken.flatMap(({ accessLevelId }) => accessLevelId ?? []));
  const levels = await copyLevels(trx, merge, used);
  for (const membership of taken) {
    const id = randomUUID();
    const accessLevelId = membership.accessLevelId === null ? null : (levels.get(membership.accessLevelId) ?? null);
    await insertMembership(trx, { ...membership, id, companyId: merge.into, accessLevelId }, merge);
    await rows(
      trx,
      `update one_time_link set membership_id = :id
       where membership_id = :before and used_at is null and withdrawn_at is null returning id`,
      { id, before: membership.id },
    );
  }
  return taken.length;
}

/**
 * Ends every membership, service account and invitation of a company: what tokens and sessions act by it is worth nothing
 * from now on. One that has not begun has never begun.
 */
export async function endMemberships(trx: Trx, companyId: string, at: Date): Promise<void> {
  await rows(
    trx,
    `update one_time_link l set withdrawn_at = :at from membership m
     where m.id = l.membership_id and m.company_id = :companyId and l.used_at is null and l.withdrawn_at is null
     returning l.id`,
    { companyId, at },
  );
  await rows(
    trx,
    `update membership set until_at = :at, from_at = least(from_at, :at::timestamptz - interval '1 millisecond')
     where company_id = :companyId and (until_at is null or until_at > :at) returning id`,
    { companyId, at },
  );
  await rows(
    trx,
    'update service_account set ended_at = :at where company_id = :companyId and ended_at is null returning id',
    { companyId, at },
  );
}
