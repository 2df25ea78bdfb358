import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/access/actor.js';
import type { ContactPurpose } from '../../domain/contact.js';
import { rows, type Trx } from '../connect.js';

/** An address of a company for one purpose. Not confirmed: it gets nothing but the link to confirm it. */
export interface Contact {
  id: string;
  companyId: string;
  purpose: ContactPurpose;
  name: string;
  email: string;
  namedAt: Date;
  namedBy: Actor;
  confirmedAt: Date | null;
  /** Another one took its place, or it was taken away. */
  endedAt: Date | null;
}

const FIELDS = `id, company_id as "companyId", purpose, name, email, named_at as "namedAt", named_by as "namedBy",
  confirmed_at as "confirmedAt", ended_at as "endedAt"`;

/** Names a new address, not confirmed, in place of one that was not confirmed either; returns its id. */
export async function insertContact(
  trx: Trx,
  contact: Pick<Contact, 'companyId' | 'purpose' | 'name' | 'email'> & { at: Date; by: Actor },
): Promise<string> {
  const id = randomUUID();
  const { by, ...row } = contact;
  await endUnconfirmed(trx, contact, contact.at);
  await rows(
    trx,
    `insert into company_contact (id, company_id, purpose, name, email, named_at, named_by)
     values (:id, :companyId, :purpose, :name, :email, :at, :by)`,
    { ...row, id, by: JSON.stringify(by) },
  );
  return id;
}

/** A contact that was confirmed, and the address whose place it took; null: there was none. */
export interface Confirmation {
  contact: Contact;
  replaced: string | null;
}

/** Confirms an address that has not ended, which takes the place of the one before; undefined: it has ended. */
export async function confirmContact(trx: Trx, id: string, at: Date): Promise<Confirmation | undefined> {
  const [before] = await rows<{ email: string }>(
    trx,
    `update company_contact k set ended_at = :at from company_contact n
     where n.id = :id and n.ended_at is null and k.company_id = n.company_id and k.purpose = n.purpose and k.id <> n.id
       and k.confirmed_at is not null and k.ended_at is null returning k.email`,
    { id, at },
  );
  const [contact] = await rows<Contact>(
    trx,
    `update company_contact set confirmed_at = coalesce(confirmed_at, :at) where id = :id and ended_at is null
     returning ${FIELDS}`,
    { id, at },
  );
  return contact && { contact, replaced: before?.email ?? null };
}

/** Ends an address that is not confirmed yet: whoever named it thought better of it. */
export async function endUnconfirmed(
  trx: Trx,
  { companyId, purpose }: Pick<Contact, 'companyId' | 'purpose'>,
  at: Date,
): Promise<void> {
  await rows(
    trx,
    `update company_contact set ended_at = :at
     where company_id = :companyId and purpose = :purpose and confirmed_at is null and ended_at is null returning id`,
    { companyId, purpose, at },
  );
}

/** Ends every address of a company that is not confirmed yet, with the link to confirm it. */
export async function withdrawUnconfirmed(trx: Trx, companyId: string, at: Date): Promise<void> {
  await rows(
    trx,
    `with ended as (
       update company_contact set ended_at = :at
       where company_id = :companyId and confirmed_at is null and ended_at is null returning id)
     update one_time_link l set withdrawn_at = :at from ended e
     where l.contact_id = e.id and l.used_at is null and l.withdrawn_at is null returning l.id`,
    { companyId, at },
  );
}

/** Another name for the person at an address that stays. */
export async function renameContact(trx: Trx, id: string, name: string): Promise<void> {
  await rows(trx, 'update company_contact set name = :name where id = :id returning id', { id, name });
}

/** Ends every address for a purpose; how many there were. */
export async function endContacts(
  trx: Trx,
  { companyId, purpose }: Pick<Contact, 'companyId' | 'purpose'>,
  at: Date,
): Promise<number> {
  const ended = await rows(
    trx,
    `update company_contact set ended_at = :at
     where company_id = :companyId and purpose = :purpose and ended_at is null returning id`,
    { companyId, purpose, at },
  );
  return ended.length;
}

/** The addresses of a company that have not ended, by purpose, the confirmed one first; all: with those before them. */
export async function listContacts(trx: Trx, companyId: string, which: 'current' | 'all'): Promise<Contact[]> {
  return rows<Contact>(
    trx,
    `select ${FIELDS} from company_contact where company_id = :companyId and (:all or ended_at is null)
     order by purpose, ended_at is not null, confirmed_at is null, named_at desc, id`,
    { companyId, all: which === 'all' },
  );
}

/** How many links were made since then to confirm addresses of a contact's company. */
export async function countAskedFor(trx: Trx, contactId: string, since: Date): Promise<number> {
  const [row] = await rows<{ count: number }>(
    trx,
    `select count(*)::integer as count from company_contact n
     join company_contact k on k.company_id = n.company_id
     join one_time_link l on l.contact_id = k.id and l.made_at > :since
     where n.id = :contactId`,
    { contactId, since },
  );
  return row?.count ?? 0;
}
