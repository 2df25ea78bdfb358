import { isAction, type Action } from '../../domain/access/actions.js';
import type { SystemLevel } from '../../domain/access/levels.js';
import { rows, type Trx } from '../connect.js';

/** A company's own level: a copy of a system level that may be edited. */
export interface AccessLevel {
  id: string;
  companyId: string;
  name: string;
  copiedFrom: SystemLevel;
  actions: Action[];
}

const SELECT = `select id, company_id as "companyId", name, copied_from as "copiedFrom", actions from access_level
  where ended_at is null`;

function toLevel({ actions, ...row }: Omit<AccessLevel, 'actions'> & { actions: string[] }): AccessLevel {
  return { ...row, actions: actions.filter(isAction) };
}

export async function listLevels(trx: Trx, companyId: string): Promise<AccessLevel[]> {
  const found = await rows<AccessLevel>(trx, `${SELECT} and company_id = :companyId order by name collate "C"`, {
    companyId,
  });
  return found.map(toLevel);
}

/** Until the transaction ends nobody deletes a level that was found for share, nor gives one that was found for update. */
export async function findLevel(
  trx: Trx,
  id: string,
  lock: '' | 'for share' | 'for update' = '',
): Promise<AccessLevel | undefined> {
  const [found] = await rows<AccessLevel>(trx, `${SELECT} and id = :id ${lock}`, { id });
  return found === undefined ? undefined : toLevel(found);
}

/** Keeps a new level; false where the company has one of that name. */
export async function insertLevel(trx: Trx, level: AccessLevel, at: Date): Promise<boolean> {
  const made = await rows(
    trx,
    `insert into access_level (id, company_id, name, copied_from, actions, created_at)
     values (:id, :companyId, :name, :copiedFrom, :actions::text[], :at) on conflict do nothing returning id`,
    { ...level, at },
  );
  return made.length > 0;
}

/** Names it anew and sets its actions, for everybody who has it, from now on; false where another has the name. */
export async function updateLevel(trx: Trx, level: Pick<AccessLevel, 'id' | 'name' | 'actions'>): Promise<boolean> {
  const changed = await rows(
    trx,
    `update access_level l set name = :name, actions = :actions::text[]
     where l.id = :id and not exists (select from access_level o
       where o.company_id = l.company_id and kontor_comparable_name(o.name) = kontor_comparable_name(:name)
         and o.id <> l.id and o.ended_at is null)
     returning id`,
    { ...level },
  );
  return changed.length > 0;
}

/** Ends it, which was found for update; false while a membership that has not ended has it. */
export async function endLevel(trx: Trx, id: string, at: Date): Promise<boolean> {
  const ended = await rows(
    trx,
    `update access_level set ended_at = :at where id = :id
       and not exists (select from membership where access_level_id = :id and (until_at is null or until_at > :at))
     returning id`,
    { id, at },
  );
  return ended.length > 0;
}
