/** Who of the partner team looks after a case. */
import type { Actor } from '../../domain/access/actor.js';
import { actionsOf, SYSTEM_LEVELS } from '../../domain/access/levels.js';
import type { Action } from '../../domain/access/actions.js';
import { rows, type Trx } from '../connect.js';
import { PARTNER_TEAM } from '../parties/companyStore.js';

/** Somebody who looks after a case, or did, from when until when, and by whom. */
export interface CasePerson {
  id: string;
  person: Actor;
  role: 'owner' | 'additional';
  fromAt: Date;
  givenBy: Actor;
  untilAt: Date | null;
  endedBy: Actor | null;
}

/** Bound by `HAS_ACTION`: the partner team, an action, and the system levels that have it. */
export function havingAction(action: Action): Record<'team' | 'action' | 'levels', string | string[]> {
  const levels = SYSTEM_LEVELS.filter((level) => actionsOf(level).includes(action));
  return { team: PARTNER_TEAM, action, levels };
}

/** Whether the person of that column may do that action for the partner team now. */
export const hasAction = (personId: string): string => `exists (
  select from membership m cross join lateral kontor_acting(m.id, 'vendor') a
  where m.company_id = :team::uuid and m.person_id = ${personId} and a.tenants is null
    and coalesce(a.actions @> array[:action::text], a.level = any(:levels::text[])))`;

/** The person of the partner team who may do that now; undefined: nobody of that id may. */
export async function colleague(trx: Trx, personId: string, action: Action): Promise<Actor | undefined> {
  const [found] = await rows<Actor>(
    trx,
    `select 'person' as kind, p.id, p.name from person p where p.id = :personId and ${hasAction('p.id')}`,
    { personId, ...havingAction(action) },
  );
  return found;
}

/** Of two who change who looks after a case, hand it over or decide it, the second waits; undefined where there is none of that id. */
export async function lockCaseOfId(trx: Trx, caseId: string): Promise<{ mspId: string | null } | undefined> {
  const sql = 'select msp_id as "mspId" from discrepancy where id = :caseId for no key update';
  const [found] = await rows<{ mspId: string | null }>(trx, sql, { caseId });
  return found;
}

/** Who looks after it, or did: the latest first; those after the cursor. `current`: now alone. */
export function casePeople(
  trx: Trx,
  {
    caseId,
    current = false,
    limit,
    after,
  }: {
    caseId: string;
    current?: boolean;
    limit: number;
    after?: [fromAt: Date, id: string] | undefined;
  },
): Promise<CasePerson[]> {
  const [afterAt, afterId] = after ?? [null, null];
  return rows<CasePerson>(
    trx,
    `select w.id, jsonb_build_object('kind', 'person', 'id', p.id, 'name', p.name) as person, w.role, w.from_at as "fromAt",
       w.given_by as "givenBy", w.until_at as "untilAt", w.ended_by as "endedBy"
     from case_person w join person p on p.id = w.person_id
     where w.case_id = :caseId and (not :current::boolean or w.until_at is null)
       and (:afterId::uuid is null or (w.from_at, w.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by w.from_at desc, w.id desc limit :limit`,
    { caseId, current, afterAt, afterId, limit },
  );
}

/** Somebody looks after the case from now on; the case is locked. */
export async function giveCase(
  trx: Trx,
  {
    id,
    caseId,
    personId,
    role,
    at,
    by,
  }: { id: string; caseId: string; personId: string; role: CasePerson['role']; at: Date; by: Actor },
): Promise<void> {
  await rows(
    trx,
    `insert into case_person (id, case_id, person_id, role, from_at, given_by)
     values (:id, :caseId, :personId, :role, :at, :by)`,
    { id, caseId, personId, role, at, by: JSON.stringify(by) },
  );
}

/** No longer from now on; the case is locked. */
export async function takeCase(trx: Trx, { id, at, by }: { id: string; at: Date; by: Actor }): Promise<void> {
  await rows(
    trx,
    `update case_person set until_at = greatest(from_at, :at::timestamptz), ended_by = :by
     where id = :id and until_at is null returning 1`,
    { id, at, by: JSON.stringify(by) },
  );
}
