import { randomUUID } from 'node:crypto';
import { rows, type Trx } from '../connect.js';
import { newSecret, secretHash } from './secret.js';

export type LinkKind = 'invitation' | 'reset';

/** A one-time link as it is used. */
export interface OneTimeLink {
  id: string;
  kind: LinkKind;
  personId: string;
  /** Of an invitation: what the person accepts. */
  membershipId: string | null;
}

export interface NewLink {
  kind: LinkKind;
  personId: string;
  membershipId?: string | null;
  at: Date;
  expiresAt: Date;
  /** Null: made at the terminal, or asked for by nobody known. */
  by: string | null;
}

/**
 * Makes a link that has no secret yet; `giveSecret` makes one when it is shown or mailed, so that none is stored. Links of
 * the same purpose before it are withdrawn. Returns its id.
 */
export async function insertLink(trx: Trx, { membershipId = null, ...link }: NewLink): Promise<string> {
  const id = randomUUID();
  await rows(
    trx,
    `update one_time_link set withdrawn_at = :at
     where person_id = :personId and kind = :kind and membership_id is not distinct from :membershipId::uuid
       and used_at is null and withdrawn_at is null returning id`,
    { ...link, membershipId },
  );
  await rows(
    trx,
    `insert into one_time_link (id, person_id, kind, membership_id, made_at, made_by, expires_at)
     values (:id, :personId, :kind, :membershipId, :at, :by, :expiresAt)`,
    { ...link, id, membershipId },
  );
  return id;
}

/** Another secret for a link that is still good, in place of any before; undefined: it is not good any more. */
export async function giveSecret(trx: Trx, id: string, at: Date): Promise<string | undefined> {
  const secret = newSecret();
  const given = await rows(
    trx,
    `update one_time_link set token_hash = :hash
     where id = :id and used_at is null and withdrawn_at is null and expires_at > :at returning id`,
    { id, hash: secretHash(secret), at },
  );
  return given.length === 0 ? undefined : secret;
}

const FIELDS = 'id, kind, person_id as "personId", membership_id as "membershipId"';
const GOOD = 'token_hash = :hash and used_at is null and withdrawn_at is null and expires_at > :at';

/** The link of that secret, if it is still good. */
export async function findLink(trx: Trx, secret: string, at: Date): Promise<OneTimeLink | undefined> {
  const [link] = await rows<OneTimeLink>(trx, `select ${FIELDS} from one_time_link where ${GOOD}`, {
    hash: secretHash(secret),
    at,
  });
  return link;
}

/** Uses the link up; undefined where it is not good any more, also because another request came first. */
export async function takeLink(trx: Trx, secret: string, at: Date): Promise<OneTimeLink | undefined> {
  const [link] = await rows<OneTimeLink>(
    trx,
    `update one_time_link set used_at = :at where ${GOOD} returning ${FIELDS}`,
    { hash: secretHash(secret), at },
  );
  return link;
}

/** Withdraws every link of a person, or those of one membership. */
export async function withdrawLinks(
  trx: Trx,
  { personId, membershipId = null }: { personId: string; membershipId?: string | null },
  at: Date,
): Promise<void> {
  await rows(
    trx,
    `update one_time_link set withdrawn_at = :at where person_id = :personId and used_at is null and withdrawn_at is null
       and (:membershipId::uuid is null or membership_id = :membershipId) returning id`,
    { personId, membershipId, at },
  );
}

/** How many links of a kind were made for a person since then. */
export async function countLinks(trx: Trx, personId: string, kind: LinkKind, since: Date): Promise<number> {
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::integer as count from one_time_link where person_id = :personId and kind = :kind and made_at > :since`,
    { personId, kind, since },
  );
  return row?.count ?? 0;
}
