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

/** Keeps a new person; false where the address, in whatever case, has a login already. `by` made it; null: the terminal. */
export async function insertPerson(
  trx: Trx,
  person: Person,
  { at, by }: { at: Date; by: string | null },
): Promise<boolean> {
  const made = await rows(
    trx,
    `insert into person (id, name, email, locale, zone, state, created_at, created_by)
     values (:id, :name, :email, :locale, :zone, :state, :at, :by) on conflict do nothing returning id`,
    { ...person, at, by },
  );
  return made.length > 0;
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
