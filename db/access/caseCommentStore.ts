import type { Actor } from '../../domain/access/actor.js';
import type { Holder } from '../../domain/serviceDesk.js';
import { rows, type Trx } from '../connect.js';

export interface CaseComment {
  id: string;
  companyId: string;
  companyName: string;
  /** On which side of the desk its author acted. */
  side: Holder;
  /** `internal`: for the people of that company; `shared`: for all who see the case. */
  audience: 'internal' | 'shared';
  /** Null: it was withdrawn. */
  text: string | null;
  writtenAt: Date;
  writtenBy: Actor;
  withdrawnAt: Date | null;
}

/** For whom comments are read or written. */
export interface Commenting {
  companyId: string;
  side: Holder;
}

/**
 * Of a case what its reader may see, the latest first; those after the cursor. Who sees all of Kontor's rows, the partner team,
 * does not see what others said among themselves either. The text of what was withdrawn is shown to nobody.
 */
export function caseComments(
  trx: Trx,
  {
    companyId,
    side,
    caseId,
    id,
    limit,
    after,
  }: Commenting & { caseId: string; id?: string; limit: number; after?: [writtenAt: Date, id: string] | undefined },
): Promise<CaseComment[]> {
  const [afterAt, afterId] = after ?? [null, null];
  return rows<CaseComment>(
    trx,
    `select c.id, c.company_id as "companyId", coalesce(o.name, '') as "companyName", c.side, c.audience,
       case when c.withdrawn_at is null then c.text end as text, c.written_at as "writtenAt", c.written_by as "writtenBy",
       c.withdrawn_at as "withdrawnAt"
     from case_comment c left join company o on o.id = c.company_id
     where c.case_id = :caseId and (:id::uuid is null or c.id = :id::uuid)
       and (c.audience = 'shared' or c.company_id = :companyId and (:side <> 'customer' or c.side = 'customer'))
       and (:afterId::uuid is null or (c.written_at, c.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by c.written_at desc, c.id desc limit :limit`,
    { companyId, side, caseId, id: id ?? null, afterAt, afterId, limit },
  );
}

/** How many a company has written about a case, those withdrawn included. Sees all. */
export async function countComments(
  trx: Trx,
  { caseId, companyId }: { caseId: string; companyId: string },
): Promise<number> {
  const [row] = await rows<{ count: number }>(
    trx,
    'select count(*)::int as count from case_comment where case_id = :caseId and company_id = :companyId',
    { caseId, companyId },
  );
  return row?.count ?? 0;
}

/** Keeps a new one; a repeat of the request keeps nothing anew and gives undefined, as does a case that is not there. Sees all. */
export async function insertComment(
  trx: Trx,
  comment: Commenting & Pick<CaseComment, 'id' | 'audience'> & { caseId: string; text: string; at: Date; by: Actor },
): Promise<{ mspId: string | null } | undefined> {
  const [made] = await rows<{ mspId: string | null }>(
    trx,
    `insert into case_comment (id, case_id, msp_id, tenant_id, company_id, side, audience, text, written_at, written_by)
     select :id, d.id, d.msp_id, d.tenant_id, :companyId, :side, :audience, :text, :at, :by
     from discrepancy d where d.id = :caseId on conflict (id) do nothing returning msp_id as "mspId"`,
    { ...comment, by: JSON.stringify(comment.by) },
  );
  return made;
}

/** Withdraws it; undefined where that was done before. Sees all. */
export async function withdrawComment(
  trx: Trx,
  { id, at }: { id: string; at: Date },
): Promise<{ mspId: string | null } | undefined> {
  const [done] = await rows<{ mspId: string | null }>(
    trx,
    `update case_comment set withdrawn_at = :at where id = :id and withdrawn_at is null returning msp_id as "mspId"`,
    { id, at },
  );
  return done;
}
