import type { Actor } from '../../domain/access/actor.js';
import type { Holder } from '../../domain/serviceDesk.js';
import { rows, type Trx } from '../connect.js';

/** Whose filters: a person, for a company, on a side of the desk. */
export interface FilterReader {
  companyId: string;
  side: Holder;
  personId: string;
}

export interface SavedFilter {
  id: string;
  name: string;
  /** Parameters of the list, as they stand in its address. */
  query: Record<string, string>;
  shared: boolean;
  owner: Actor;
  createdAt: Date;
}

/** Her own, and those that others of her company share, the latest first; those after the cursor. Sees all. */
export function savedFilters(
  trx: Trx,
  {
    reader,
    id,
    limit,
    after,
  }: { reader: FilterReader; id?: string; limit: number; after?: [createdAt: Date, id: string] | undefined },
): Promise<SavedFilter[]> {
  const [afterAt, afterId] = after ?? [null, null];
  return rows<SavedFilter>(
    trx,
    `select f.id, f.name, f.query, f.shared, f.created_at as "createdAt",
       jsonb_build_object('kind', 'person', 'id', p.id, 'name', p.name) as owner
     from saved_filter f join person p on p.id = f.person_id
     where f.company_id = :companyId and f.side = :side and (f.shared or f.person_id = :personId)
       and (:id::uuid is null or f.id = :id::uuid)
       and (:afterId::uuid is null or (f.created_at, f.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by f.created_at desc, f.id desc limit :limit`,
    { ...reader, id: id ?? null, afterAt, afterId, limit },
  );
}

/** How many she has; locks the person, so that of two at once the second counts the first. */
export async function countFilters(trx: Trx, personId: string): Promise<number> {
  await rows(trx, 'select 1 from person where id = :personId for no key update', { personId });
  const [row] = await rows<{ count: number }>(
    trx,
    'select count(*)::int as count from saved_filter where person_id = :personId',
    { personId },
  );
  return row?.count ?? 0;
}

type Written = Pick<SavedFilter, 'id' | 'name' | 'query' | 'shared'>;

/** Keeps a new one; false where she has one of that name, or that request kept it before. */
export async function insertFilter(
  trx: Trx,
  { query, ...rest }: Written & FilterReader & { at: Date },
): Promise<boolean> {
  const made = await rows(
    trx,
    `insert into saved_filter (id, company_id, side, person_id, name, query, shared, created_at)
     values (:id, :companyId, :side, :personId, :name, :query, :shared, :at) on conflict do nothing returning 1`,
    { ...rest, query: JSON.stringify(query) },
  );
  return made.length > 0;
}

/** False where another of hers has that name. */
export async function updateFilter(trx: Trx, { query, ...rest }: Written): Promise<boolean> {
  const changed = await rows(
    trx,
    `update saved_filter f set name = :name, query = :query, shared = :shared where f.id = :id and not exists (
       select from saved_filter o where o.id <> f.id and (o.company_id, o.side, o.person_id) = (f.company_id, f.side, f.person_id)
         and kontor_comparable_name(o.name) = kontor_comparable_name(:name)) returning 1`,
    { ...rest, query: JSON.stringify(query) },
  );
  return changed.length > 0;
}

export async function deleteFilter(trx: Trx, id: string): Promise<void> {
  await rows(trx, 'delete from saved_filter where id = :id returning 1', { id });
}
