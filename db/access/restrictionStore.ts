import { createHash } from 'node:crypto';
import type { Actor } from '../../domain/access/actor.js';
import {
  comparableAddress,
  namedIn,
  RESTRICTED_ADDRESS,
  RESTRICTED_NAME,
  withoutRestricted,
  type Named,
} from '../../domain/restricted.js';
import { rows, type Trx } from '../connect.js';

/** Somebody who is named no more; her address is known as a hash alone. */
export interface Restriction {
  id: string;
  /** Everybody who had that address; empty: a contact or applicant without a login. */
  personIds: string[];
  reason: string;
  since: Date;
  /** The last day on which documents and the audit trail still hold her name. */
  until: string;
  restrictedBy: Actor;
}

const SELECT = `select id, person_ids as "personIds", reason, since, until_day as until, restricted_by as "restrictedBy"
  from restriction`;

/** As `kontor_address_hash` has it. */
function hashOf(address: string): Buffer {
  return createHash('sha256').update(comparableAddress(address)).digest();
}

/** The latest first; those after the cursor. */
export function listRestrictions(
  trx: Trx,
  { limit, after }: { limit: number; after?: [Date, string] | undefined },
): Promise<Restriction[]> {
  const [at, id] = after ?? [null, null];
  return rows<Restriction>(
    trx,
    `${SELECT} where :id::uuid is null or (since, id) < (:at::timestamptz, :id::uuid) order by since desc, id desc limit :limit`,
    { limit, at, id },
  );
}

export async function findRestriction(
  trx: Trx,
  by: { id: string } | { address: string } | { personId: string },
): Promise<Restriction | undefined> {
  const [found] = await rows<Restriction>(
    trx,
    `${SELECT} where id = :id::uuid or address_hash = :hash or :personId::uuid = any(person_ids) limit 1`,
    {
      id: 'id' in by ? by.id : null,
      hash: 'address' in by ? hashOf(by.address) : null,
      personId: 'personId' in by ? by.personId : null,
    },
  );
  return found;
}

export async function isRestricted(trx: Trx, address: string): Promise<boolean> {
  return (await findRestriction(trx, { address })) !== undefined;
}

/** Those of the named who are restricted. */
export async function restrictedOf(trx: Trx, named: Named): Promise<Named> {
  const byHash = new Map([...named.addresses].map((address) => [hashOf(address).toString('hex'), address]));
  const found = await rows<{ hash: string; personIds: string[] }>(
    trx,
    `select encode(address_hash, 'hex') as hash, person_ids as "personIds" from restriction
     where address_hash = any(array(select decode(h, 'hex') from unnest(:hashes::text[]) h))
       or person_ids && array(select i::uuid from unnest(:ids::text[]) i where i ~ '^[0-9a-f-]{36}$')`,
    { hashes: [...byHash.keys()], ids: [...named.personIds] },
  );
  return {
    personIds: new Set(found.flatMap(({ personIds }) => personIds)),
    addresses: new Set(found.flatMap(({ hash }) => byHash.get(hash) ?? [])),
  };
}

/** Replaces the addresses of those who are restricted in a text; for many texts, by what is known of them now. */
export async function addressHider(trx: Trx): Promise<(text: string) => string> {
  const found = await rows<{ hash: string }>(trx, `select encode(address_hash, 'hex') as hash from restriction`);
  const hashes = new Set(found.map(({ hash }) => hash));
  return (text) => {
    if (hashes.size === 0 || !text.includes('@')) return text;
    const { addresses } = namedIn(text);
    const restricted = [...addresses].filter((address) => hashes.has(hashOf(address).toString('hex')));
    const shown = withoutRestricted(text, { personIds: new Set(), addresses: new Set(restricted) });
    return typeof shown === 'string' ? shown : text;
  };
}

/** What is known of an address. */
export interface KnownBy {
  personIds: string[];
  /** Whose people or contacts they are, or were. */
  companyIds: string[];
  /** Whether it is known otherwise: as a contact, on a waiting list, as the addressee of a mail. */
  isKnown: boolean;
  /** Programmes whose partner team reads its mail there. */
  programmes: string[];
}

export async function knownBy(trx: Trx, address: string): Promise<KnownBy> {
  const [row] = await rows<KnownBy>(
    trx,
    `with people as (select id from person where lower(email) = :address),
       contacts as (select company_id from company_contact where lower(email) = :address)
     select array(select id from people) as "personIds",
       array(select m.company_id from membership m where m.person_id in (select id from people)
         union select company_id from contacts) as "companyIds",
       exists (select from contacts) or exists (select from waiting_list w where lower(w.email) = :address)
         or exists (select from outbox o where lower(o.recipient) = :address) as "isKnown",
       array(select g.code from programme g cross join lateral kontor_settings(g.code) v
         where lower(coalesce(v.settings ->> 'partnerTeamEmail', g.vendor ->> 'email')) = :address order by 1) as programmes`,
    { address: comparableAddress(address) },
  );
  return row ?? { personIds: [], companyIds: [], isKnown: false, programmes: [] };
}

/** The address of a person; undefined: there is none such. */
export async function addressOf(trx: Trx, personId: string): Promise<string | undefined> {
  const [person] = await rows<{ email: string }>(trx, 'select email from person where id = :personId', { personId });
  return person?.email;
}

/** What one statement each does to all that names an address; `:address`, `:ids` and `:at` are bound. */
const FORGET = [
  `update person set name = :name, email = :pseudonym, state = 'ended', ended_at = coalesce(ended_at, :at)
   where id = any(:ids::uuid[]) returning id`,
  `update membership set invited_as = case when invited_as is null then null else :name end,
     from_at = least(from_at, :at::timestamptz - interval '1 millisecond'), until_at = least(until_at, :at)
   where person_id = any(:ids::uuid[]) returning id`,
  `update session set ended_at = coalesce(ended_at, :at), address = '', agent = '' where person_id = any(:ids::uuid[]) returning id`,
  `update api_token set revoked_at = coalesce(revoked_at, :at)
   where membership_id in (select id from membership where person_id = any(:ids::uuid[])) returning id`,
  `update one_time_link set withdrawn_at = coalesce(withdrawn_at, :at)
   where used_at is null and (person_id = any(:ids::uuid[])
     or contact_id in (select id from company_contact where lower(email) = :address)) returning id`,
  // An applicant follows hers as often as she likes.
  `update one_time_link l set withdrawn_at = coalesce(l.withdrawn_at, :at)
   where l.kind = 'application' and exists (select from company_contact k where k.company_id = l.applicant_id
     and lower(k.email) = :address) returning id`,
  'delete from person_password where person_id = any(:ids::uuid[])',
  'delete from person_totp where person_id = any(:ids::uuid[])',
  'delete from recovery_code where person_id = any(:ids::uuid[])',
  'delete from person_identity where person_id = any(:ids::uuid[])',
  'delete from waiting_list where lower(email) = :address',
  // Where another address waits to be confirmed hers ends; else it stays as one that nobody has confirmed, and mail waits.
  `update company_contact k set name = :name, email = :pseudonym,
     ended_at = case when k.ended_at is null and k.confirmed_at is not null and exists (select from company_contact n
         where n.company_id = k.company_id and n.purpose = k.purpose and n.id <> k.id and n.confirmed_at is null
           and n.ended_at is null) then :at else k.ended_at end,
     confirmed_at = case when k.ended_at is null then null else k.confirmed_at end
   where lower(k.email) = :address and not (k.ended_at is null and k.confirmed_at is null) returning id`,
  `update company_contact k set name = :name, email = :pseudonym where lower(k.email) = :address returning id`,
  // The trigger parks what has not gone out, once the restriction stands.
  `update outbox set state = state where state = 'pending' and lower(recipient) = :address returning id`,
] as const;

/** Keeps the restriction and has it hold at once, in every process. */
export async function insertRestriction(
  trx: Trx,
  restriction: Pick<Restriction, 'id' | 'personIds' | 'reason' | 'since' | 'until' | 'restrictedBy'> & {
    address: string;
  },
): Promise<void> {
  const { id, personIds, reason, since, until, restrictedBy, address } = restriction;
  await rows(
    trx,
    `insert into restriction (id, person_ids, address_hash, reason, since, until_day, restricted_by)
     values (:id, :personIds::uuid[], :hash, :reason, :since, :until, :by)`,
    { ...{ id, personIds, reason, since, until }, hash: hashOf(address), by: JSON.stringify(restrictedBy) },
  );
  const bindings = {
    ...{ ids: personIds, at: since, address: comparableAddress(address) },
    ...{ name: RESTRICTED_NAME, pseudonym: RESTRICTED_ADDRESS },
  };
  for (const statement of FORGET) await rows(trx, statement, bindings);
}
