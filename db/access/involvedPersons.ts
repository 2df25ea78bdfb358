import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/**
 * Ids of these actors, of who made their accounts, and, where that was a service account, of who made that one: for rule
 * 18 they are one pair of eyes.
 */
export async function involvedPersons(trx: Trx, actors: readonly Actor[]): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    trx,
    `with recursive account as (
       select id, created_by, false as machine from person
       union all select id, created_by, true from service_account),
     involved as (
       select a.id::text as id, a.created_by, true as onward from account a where a.id::text = any(:ids::text[])
       union
       select a.id::text, a.created_by, a.machine from involved i join account a on a.id::text = i.created_by ->> 'id'
       where i.onward)
     select id from involved`,
    { ids: actors.map(({ id }) => id) },
  );
  return new Set([...actors.map(({ id }) => id), ...found.map(({ id }) => id)]);
}
