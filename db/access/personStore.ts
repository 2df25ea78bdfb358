import type { Actor } from '../../domain/access/actor.js';
import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

export type PersonState = 'invited' | 'active' | 'ended';

/** A human with a login, member of one company or several. */
export interface Person {
  id: string;
  name: string;
  email: string;
  locale: Locale;
  /** IANA time zone. */
  zone: string;
  state: PersonState;
}

/** Keeps a new person; false where the address, in whatever case, has a login already. */
export async function insertPerson(trx: Trx, person: Person, { at, by }: { at: Date; by: Actor }): Promise<boolean> {
  const made = await rows(
    trx,
    `insert into person (id, name, email, locale, zone, state, created_at, created_by)
     values (:id, :name, :email, :locale, :zone, :state, :at, :by) on conflict do nothing returning id`,
    { ...person, at, by: JSON.stringify(by) },
  );
  return made.length > 0;
}

/** Whether people act for a company now: it has active persons with a membership that holds. */
export async function hasPeople(trx: Trx, companyId: string): Promise<boolean> {
  const found = await rows(
    trx,
    `select from membership m join person p on p.id = m.person_id and p.state = 'active'
     where m.company_id = :companyId and m.from_at <= now() and (m.until_at is null or m.until_at > now()) limit 1`,
    { companyId },
  );
  return found.length > 0;
}

/** The active person of that address, in whatever case, with a membership of the company that holds now. */
export async function findPersonOf(
  trx: Trx,
  { companyId, email }: { companyId: string; email: string },
): Promise<Pick<Person, 'id' | 'name'> | undefined> {
  const [person] = await rows<Pick<Person, 'id' | 'name'>>(
    trx,
    `select p.id, p.name from person p join membership m on m.person_id = p.id
     where lower(p.email) = lower(:email) and p.state = 'active' and m.company_id = :companyId
       and m.from_at <= now() and (m.until_at is null or m.until_at > now()) limit 1`,
    { companyId, email },
  );
  return person;
}

/** The active person of that id, with a membership of the company that holds now. */
export async function activeMember(
  trx: Trx,
  { companyId, personId }: { companyId: string; personId: string },
): Promise<Pick<Person, 'email' | 'locale'> | undefined> {
  const [person] = await rows<Pick<Person, 'email' | 'locale'>>(
    trx,
    `select p.email, p.locale from person p where p.id = :personId and p.state = 'active' and exists (
       select from membership m where m.person_id = p.id and m.company_id = :companyId
         and m.from_at <= now() and (m.until_at is null or m.until_at > now()))`,
    { companyId, personId },
  );
  return person;
}

/** An invited person has accepted; one who is active already stays so. */
export async function activatePerson(trx: Trx, id: string): Promise<void> {
  await rows(trx, `update person set state = 'active' where id = :id and state = 'invited' returning id`, { id });
}

/** Ends a person, and with her every membership, token and session; false where she has ended, or never was. */
export async function endPerson(trx: Trx, id: string, at: Date): Promise<boolean> {
  const ended = await rows(
    trx,
    `update person set state = 'ended', ended_at = :at where id = :id and state <> 'ended' returning id`,
    { id, at },
  );
  return ended.length > 0;
}
