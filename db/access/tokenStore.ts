import type { Actor } from '../../domain/access/actor.js';
import type { SystemLevel } from '../../domain/access/levels.js';
import type { View } from '../../domain/access/views.js';
import { rows, type Trx } from '../connect.js';
import { appendAudit } from './auditStore.js';
import { newSecret, secretHash } from './secret.js';

/** A token as kept: its text is shown once and stored as its SHA-256. */
export interface ApiToken {
  id: string;
  name: string;
  /** Of the person or the service account it works for. */
  holder: { kind: 'person' | 'service_account'; id: string; name: string };
  membershipId: string;
  companyId: string;
  view: View;
  /** Null: all that the holder's membership allows. */
  narrowedTo: SystemLevel | null;
  createdAt: Date;
  expiresAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewToken {
  /** A second one with this id is refused by the primary key. */
  id: string;
  membershipId: string;
  view: View;
  name: string;
  narrowedTo?: SystemLevel | null | undefined;
  expiresAt?: Date | null | undefined;
  at: Date;
  /** Who issues it. */
  by: Actor;
}

const SELECT = `select t.id, t.name, jsonb_build_object(
    'kind', case when m.person_id is null then 'service_account' else 'person' end,
    'id', coalesce(m.person_id, m.service_account_id), 'name', coalesce(p.name, a.name)) as holder,
    m.id as "membershipId", m.company_id as "companyId", t.view, t.narrowed_to as "narrowedTo", t.created_at as "createdAt",
    t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt", t.revoked_at as "revokedAt"
  from api_token t join membership m on m.id = t.membership_id
  left join person p on p.id = m.person_id left join service_account a on a.id = m.service_account_id`;

/** Makes a token of 256 random bits, keeps its hash and writes the audit trail. `token` can be shown only now. */
export async function issueToken(trx: Trx, input: NewToken): Promise<{ id: string; token: string }> {
  const token = `kontor_${newSecret()}`;
  const { id, membershipId, view, name, at, by } = input;
  const [narrowedTo, expiresAt] = [input.narrowedTo ?? null, input.expiresAt ?? null];
  await rows(
    trx,
    `insert into api_token (id, membership_id, view, name, narrowed_to, token_hash, created_at, created_by, expires_at)
     values (:id, :membershipId, :view, :name, :narrowedTo, :hash, :at, :by, :expiresAt)`,
    { id, membershipId, view, name, narrowedTo, hash: secretHash(token), at, by: JSON.stringify(by), expiresAt },
  );
  appendAudit(trx, {
    at,
    actor: by,
    action: 'token.issued',
    subject: `token:${id}`,
    after: { membershipId, view, name, narrowedTo, expiresAt },
  });
  return { id, token };
}

export async function findToken(trx: Trx, id: string): Promise<ApiToken | undefined> {
  const [token] = await rows<ApiToken>(trx, `${SELECT} where t.id = :id`, { id });
  return token;
}

/** In the order of their making, revoked ones included; those after the cursor. */
export async function listTokens(
  trx: Trx,
  filter: {
    companyId?: string | undefined;
    personId?: string | undefined;
    /** The reader's own scope: nobody's are shown whose scope is wider. Null: everybody's. */
    within: readonly string[] | null;
    limit: number;
    after?: [Date, string] | undefined;
  },
): Promise<ApiToken[]> {
  const [at, id] = filter.after ?? [null, null];
  return rows<ApiToken>(
    trx,
    `${SELECT}
     where (:companyId::uuid is null or m.company_id = :companyId::uuid)
       and (:personId::uuid is null or m.person_id = :personId::uuid)
       and (:within::uuid[] is null or m.tenant_ids <@ :within::uuid[])
       and (:id::uuid is null or (t.created_at, t.id) > (:at::timestamptz, :id::uuid))
     order by t.created_at, t.id limit :limit`,
    {
      companyId: filter.companyId ?? null,
      personId: filter.personId ?? null,
      within: filter.within === null ? null : [...filter.within],
      at,
      id,
      limit: filter.limit,
    },
  );
}

/** Ends a token; idempotent. False when there is none of that id. */
export async function revokeToken(trx: Trx, id: string, { at, by }: { at: Date; by: Actor }): Promise<boolean> {
  const revoked = await rows(
    trx,
    `update api_token set revoked_at = :at where id = :id and revoked_at is null returning id`,
    { id, at },
  );
  if (revoked.length === 0) return (await findToken(trx, id)) !== undefined;
  appendAudit(trx, { at, actor: by, action: 'token.revoked', subject: `token:${id}` });
  return true;
}
