import type { ContactPurpose } from '../../domain/contact.js';
import { secretHash } from '../access/secret.js';
import { rows, type Trx } from '../connect.js';

/** What whoever holds a one-time link may know of it before it is used. */
export interface LinkShown {
  kind: 'invitation' | 'reset' | 'contact' | 'application' | 'waiting';
  state: 'good' | 'used' | 'withdrawn' | 'expired';
  /** Of the person, or to be confirmed; null of an application. */
  email: string | null;
  /** Of an invitation: for which company. */
  companyName: string | null;
  /** Of an address to confirm: what would be mailed there. */
  purpose: ContactPurpose | null;
  /** Of a wish to be told: for what, and whether it was confirmed already. */
  waiting: { programmeName: string; country: string; confirmed: boolean } | null;
  /** Whether its person has a password. */
  hasPassword: boolean;
}

/** The link of that secret, whatever became of it; nothing is used up. Undefined: there is none, or not any more. */
export async function linkShown(trx: Trx, secret: string, at: Date): Promise<LinkShown | undefined> {
  const [found] = await rows<LinkShown>(
    trx,
    `select l.kind,
       case when l.used_at is not null then 'used' when l.withdrawn_at is not null or k.ended_at is not null then 'withdrawn'
         when l.expires_at <= :at then 'expired' else 'good' end as state,
       coalesce(p.email, k.email, t.email) as email, c.name as "companyName", k.purpose, w.person_id is not null as "hasPassword",
       case when t.id is not null then jsonb_build_object('programmeName', g.name, 'country', t.country,
         'confirmed', t.confirmed_at is not null) end as waiting
     from one_time_link l
     left join person p on p.id = l.person_id
     left join person_password w on w.person_id = l.person_id
     left join membership m on m.id = l.membership_id
     left join company c on c.id = m.company_id
     left join company_contact k on k.id = l.contact_id
     left join waiting_list t on t.id = l.waiting_id
     left join programme g on g.code = t.programme_code
     where l.token_hash = :hash`,
    { hash: secretHash(secret), at },
  );
  return found;
}
