import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/** One change of a company: of each field that changed, what it was and what it became. */
export interface CompanyChange {
  /** Numbered by the database, in the order of the changes. */
  id: string;
  companyId: string;
  at: Date;
  actor: Actor;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  reason: string | null;
}

/** Notes a change that was just made, in the same transaction: the company's version goes up by one. */
export async function recordChange(trx: Trx, change: Omit<CompanyChange, 'id'>): Promise<void> {
  const { companyId, at, actor, before, after, reason } = change;
  await rows(
    trx,
    `with changed as (update company set version = version + 1 where id = :companyId returning id)
     insert into company_change (company_id, at, actor, before, after, reason)
     select id, :at, :actor, :before, :after, :reason from changed`,
    {
      ...{ companyId, at, reason },
      actor: JSON.stringify(actor),
      before: JSON.stringify(before),
      after: JSON.stringify(after),
    },
  );
}

/** The changes of a company that the reader may see, the latest first; those after the cursor. */
export async function listChanges(
  trx: Trx,
  { companyId, limit, after }: { companyId: string; limit: number; after?: [id: string] | undefined },
): Promise<CompanyChange[]> {
  return rows<CompanyChange>(
    trx,
    `select id::text as id, company_id as "companyId", at, actor, before, after, reason from company_change
     where company_id = :companyId and (:after::bigint is null or company_change.id < :after::bigint)
     order by company_change.id desc limit :limit`,
    { companyId, after: after?.[0] ?? null, limit },
  );
}
