import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/** A machine's identity inside one company. */
export interface ServiceAccount {
  id: string;
  companyId: string;
  name: string;
  createdAt: Date;
  endedAt: Date | null;
}

const FIELDS = 'id, company_id as "companyId", name, created_at as "createdAt", ended_at as "endedAt"';

/** `made`, `repeated` when this very id is there already, `taken` when another live one of the company has the name. */
export async function insertServiceAccount(
  trx: Trx,
  account: { id: string; companyId: string; name: string; at: Date; by: Actor },
): Promise<'made' | 'repeated' | 'taken'> {
  const made = await rows(
    trx,
    `insert into service_account (id, company_id, name, created_at, created_by) values (:id, :companyId, :name, :at, :by)
     on conflict do nothing returning id`,
    { ...account, by: JSON.stringify(account.by) },
  );
  if (made.length > 0) return 'made';
  return (await findServiceAccount(trx, account.id)) === undefined ? 'taken' : 'repeated';
}

export async function findServiceAccount(trx: Trx, id: string): Promise<ServiceAccount | undefined> {
  const [account] = await rows<ServiceAccount>(trx, `select ${FIELDS} from service_account where id = :id`, { id });
  return account;
}

/** By name, ended ones included; those after the cursor. */
export function listServiceAccounts(
  trx: Trx,
  filter: {
    companyId: string;
    /** The reader's own scope: none is shown whose scope is wider. Null: all are. */
    within: readonly string[] | null;
    limit: number;
    after?: [name: string, id: string] | undefined;
  },
): Promise<ServiceAccount[]> {
  const [name, id] = filter.after ?? [null, null];
  return rows<ServiceAccount>(
    trx,
    `select ${FIELDS} from service_account a where company_id = :companyId
       and (:within::uuid[] is null or exists (select from membership m
         where m.service_account_id = a.id and m.tenant_ids <@ :within::uuid[]))
       and (:id::uuid is null or (name collate "C", id) > (:name::text collate "C", :id::uuid))
     order by name collate "C", id limit :limit`,
    {
      companyId: filter.companyId,
      within: filter.within === null ? null : [...filter.within],
      name,
      id,
      limit: filter.limit,
    },
  );
}

/** Ends it, and with it its tokens; idempotent. */
export async function endServiceAccount(trx: Trx, id: string, at: Date): Promise<void> {
  await rows(trx, 'update service_account set ended_at = coalesce(ended_at, :at) where id = :id', { id, at });
}
