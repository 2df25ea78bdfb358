import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';
import type { PersonState } from './personStore.js';

/** A person as she signs in. */
export interface Login {
  id: string;
  name: string;
  email: string;
  locale: Locale;
  /** IANA time zone. */
  zone: string;
  state: PersonState;
  /** Null: none was set. */
  passwordHash: string | null;
  /** Whether an authenticator is asked for. */
  secondFactor: boolean;
}

const SELECT = `select p.id, p.name, p.email, p.locale, p.zone, p.state, w.hash as "passwordHash",
    t.confirmed_at is not null as "secondFactor"
  from person p left join person_password w on w.person_id = p.id left join person_totp t on t.person_id = p.id`;

/** Whose address that is, in whatever case; undefined: nobody's, or of somebody who has ended. */
export async function findLogin(trx: Trx, email: string): Promise<Login | undefined> {
  const [login] = await rows<Login>(trx, `${SELECT} where lower(p.email) = lower(:email) and p.state <> 'ended'`, {
    email,
  });
  return login;
}

export async function loginOf(trx: Trx, personId: string): Promise<Login | undefined> {
  const [login] = await rows<Login>(trx, `${SELECT} where p.id = :personId and p.state <> 'ended'`, { personId });
  return login;
}

/** Keeps the hash of a person's new password. */
export async function putPassword(trx: Trx, personId: string, hash: string, at: Date): Promise<void> {
  await rows(
    trx,
    `insert into person_password (person_id, hash, set_at) values (:personId, :hash, :at)
     on conflict (person_id) do update set hash = excluded.hash, set_at = excluded.set_at`,
    { personId, hash, at },
  );
}
