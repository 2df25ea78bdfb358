import type { Actor } from '../../domain/access/actor.js';
import type { ParticipationState } from '../../domain/msp.js';
import { rows, type Trx } from '../connect.js';
import { insertCompany, type Company } from './companyStore.js';
import { insertContact } from './contactStore.js';

/** A provider as kept; where it takes part is `programmes/participationStore`. Instants are absolute. */
export interface Msp extends Company {
  /** Its contact for statements: the confirmed one, or the one that is to confirm. */
  contactName: string;
  email: string;
}

/** Columns of `msp m` as the fields of `Msp`. */
export const MSP_FIELDS = `m.id, m.name, m.registration_number as "registrationNumber", m.address, m.country,
  m.contact_name as "contactName", m.email, m.locale, kontor_zone(m.id) as zone`;

export async function findMsp(trx: Trx, mspId: string): Promise<Msp | undefined> {
  const [row] = await rows<Msp>(trx, `select ${MSP_FIELDS} from msp m where m.id = :mspId`, { mspId });
  return row;
}

/**
 * Keeps a new company as an MSP, with its contact, not confirmed; returns the contact's id, undefined when the MSP's id is
 * known already, and then nothing changed.
 */
export async function insertMsp(trx: Trx, msp: Msp, { at, by }: { at: Date; by: Actor }): Promise<string | undefined> {
  if (!(await insertCompany(trx, msp, 'service_provider', at))) return undefined;
  await rows(trx, 'insert into msp_terms (id, registered_at) values (:id, :at)', { id: msp.id, at });
  const { id: companyId, contactName: name, email } = msp;
  return insertContact(trx, { companyId, purpose: 'statements', name, email, at, by });
}

/** Applications that say nothing of their company: nobody has confirmed them, or they came to nothing. */
const NOT_COMPARED: readonly ParticipationState[] = ['unconfirmed', 'rejected', 'withdrawn', 'expired'];
/** Case 41: more of them tell a person nothing more. */
const MOST_DUPLICATES = 20;

/**
 * Rule 14: companies that are probably the same as the applicant: of its registration number whatever they are that has not
 * ended, but who is known by such applications alone only where it is suspended; of its mail domain (null: one that says
 * nothing) who takes part in the programme. Those of its number first, at most twenty. They are flagged, nothing is refused.
 */
export async function probableDuplicates(
  trx: Trx,
  applicant: { id: string; programme: string; registrationNumber: string; mailDomain: string | null },
): Promise<string[]> {
  const { id, programme, registrationNumber, mailDomain } = applicant;
  const found = await rows<{ id: string }>(
    trx,
    `with alike as (
       select c.id, true as number from company c
       where kontor_comparable_number(c.registration_number) = kontor_comparable_number(:registrationNumber)
         and kontor_comparable_number(:registrationNumber) <> ''
       union all select k.company_id, false from company_contact k where kontor_mail_domain(k.email) = :mailDomain)
     select c.id, bool_or(a.number) as number, coalesce(min(p.applied_at), c.created_at) as since
     from alike a join company c on c.id = a.id
     left join participation p on p.msp_id = c.id and p.programme_code = :programme and p.state <> all(:notCompared)
     where c.id <> :id and (p.msp_id is not null or (a.number and (c.state = 'suspended' or (c.state = 'active' and (
       exists (select from company_view v where v.company_id = c.id and v.view <> 'service_provider')
       or exists (select from participation o where o.msp_id = c.id and o.state <> all(:notCompared))
       or not exists (select from participation o where o.msp_id = c.id))))))
     group by c.id order by number desc, since, c.id limit :limit`,
    { id, programme, registrationNumber, mailDomain, limit: MOST_DUPLICATES, notCompared: [...NOT_COMPARED] },
  );
  return found.map((other) => other.id);
}
