import { randomUUID } from 'node:crypto';
import { rows, type Trx } from '../connect.js';
import { lockPerson } from './locks.js';
import { newSecret, secretHash } from './secret.js';

/** What a link is for: an invitation that a person accepts, another password, an address to confirm, an application, a wish to be told. */
export type LinkPurpose =
  | { kind: 'invitation'; personId: string; membershipId: string }
  | { kind: 'reset'; personId: string }
  | { kind: 'contact'; contactId: string }
  | { kind: 'application'; mspId: string; programme: string }
  | { kind: 'waiting'; waitingId: string; programme: string };

/** A one-time link of a person, as it is used. */
export interface OneTimeLink {
  id: string;
  kind: 'invitation' | 'reset';
  personId: string;
  /** Of an invitation: what the person accepts. */
  membershipId: string | null;
}

export interface NewLink {
  of: LinkPurpose;
  at: Date;
  expiresAt: Date;
  /** Null: made at the terminal, or asked for by nobody known. */
  by: string | null;
}

/**
 * Makes a link that has no secret yet; `giveSecret` makes one when it is shown or mailed, so that none is stored. Links of
 * the same purpose before it are withdrawn. Returns its id.
 */
export async function insertLink(trx: Trx, { of, ...made }: NewLink): Promise<string> {
  const nothing = {
    personId: null,
    membershipId: null,
    contactId: null,
    mspId: null,
    programme: null,
    waitingId: null,
  };
  const link = { ...nothing, ...of, ...made, id: randomUUID() };
  await rows(
    trx,
    `update one_time_link set withdrawn_at = :at
     where kind = :kind and person_id is not distinct from :personId::uuid
       and membership_id is not distinct from :membershipId::uuid and contact_id is not distinct from :contactId::uuid
       and applicant_id is not distinct from :mspId::uuid and programme_code is not distinct from :programme::text
       and waiting_id is not distinct from :waitingId::uuid
       and used_at is null and withdrawn_at is null returning id`,
    link,
  );
  await rows(
    trx,
    `insert into one_time_link (id, kind, person_id, membership_id, contact_id, applicant_id, programme_code, waiting_id,
       made_at, made_by, expires_at)
     values (:id, :kind, :personId, :membershipId, :contactId, :mspId, :programme, :waitingId, :at, :by, :expiresAt)`,
    link,
  );
  return link.id;
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
const OF_PERSON = `${GOOD} and kind in ('invitation', 'reset')`;

/** A person's link of that secret, if it is still good. */
export async function findLink(trx: Trx, secret: string, at: Date): Promise<OneTimeLink | undefined> {
  const [link] = await rows<OneTimeLink>(trx, `select ${FIELDS} from one_time_link where ${OF_PERSON}`, {
    hash: secretHash(secret),
    at,
  });
  return link;
}

/** Uses a person's link up; undefined where it is not good any more, also because another request came first. */
export async function takeLink(trx: Trx, secret: string, at: Date): Promise<OneTimeLink | undefined> {
  const [link] = await rows<OneTimeLink>(
    trx,
    `update one_time_link set used_at = :at where ${OF_PERSON} returning ${FIELDS}`,
    { hash: secretHash(secret), at },
  );
  return link;
}

/**
 * How many links to confirm it an address was asked for since then, by whoever, for whatever company or waiting list. Until
 * the transaction ends nobody else asks that address.
 */
export async function countAsked(trx: Trx, email: string, since: Date): Promise<number> {
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_contact'), hashtext(:email))`, { email });
  const [row] = await rows<{ count: number }>(
    trx,
    `select ((select count(*) from company_contact k join one_time_link l on l.contact_id = k.id
         where k.email = :email and l.made_at > :since)
       + (select count(*) from waiting_list w join one_time_link l on l.waiting_id = w.id
         where w.email = :email and l.made_at > :since))::integer as count`,
    { email, since },
  );
  return row?.count ?? 0;
}

/** How many invitations a person was sent since then, by whichever company. Until the transaction ends nobody else counts hers. */
export async function countInvited(trx: Trx, personId: string, since: Date): Promise<number> {
  await lockPerson(trx, personId);
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::integer as count from one_time_link
     where person_id = :personId and kind = 'invitation' and made_at > :since`,
    { personId, since },
  );
  return row?.count ?? 0;
}

/** Notes that a wish to be told was asked for, with no link for anybody: it counts as one that was mailed. */
export async function insertAsked(trx: Trx, of: LinkPurpose & { kind: 'waiting' }, at: Date): Promise<void> {
  await rows(
    trx,
    `insert into one_time_link (id, kind, waiting_id, programme_code, made_at, expires_at, withdrawn_at)
     values (:id, :kind, :waitingId, :programme, :at, :at, :at)`,
    { ...of, id: randomUUID(), at },
  );
}

/** Uses up the link to confirm an address: its contact, and whose it is; undefined where it is not good any more. */
export async function takeContactLink(
  trx: Trx,
  secret: string,
  at: Date,
): Promise<{ contactId: string; companyId: string } | undefined> {
  const [link] = await rows<{ contactId: string; companyId: string }>(
    trx,
    `update one_time_link l set used_at = :at from company_contact k
     where k.id = l.contact_id and ${GOOD} and l.kind = 'contact'
     returning k.id as "contactId", k.company_id as "companyId"`,
    { hash: secretHash(secret), at },
  );
  return link;
}

/** The application that an applicant follows by that secret; it stays good. */
export async function applicationOfLink(
  trx: Trx,
  secret: string,
  at: Date,
): Promise<{ mspId: string; programme: string } | undefined> {
  const [link] = await rows<{ mspId: string; programme: string }>(
    trx,
    `select applicant_id as "mspId", programme_code as programme from one_time_link where ${GOOD} and kind = 'application'`,
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

/** How many links of a kind were made for a person since then. Until the transaction ends nobody else counts hers. */
export async function countLinks(trx: Trx, personId: string, kind: OneTimeLink['kind'], since: Date): Promise<number> {
  await lockPerson(trx, personId);
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::integer as count from one_time_link where person_id = :personId and kind = :kind and made_at > :since`,
    { personId, kind, since },
  );
  return row?.count ?? 0;
}
