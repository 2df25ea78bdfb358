import type { ParticipationState } from '../../domain/msp.js';
import { rows, type Trx } from '../connect.js';
import { insertCompany, type Company } from './companyStore.js';

/** A provider as kept; where it takes part is `programmes/participationStore`. Instants are absolute. */
export interface Msp extends Company {
  contactName: string;
  email: string;
  /** Of `email`, in lower case. */
  mailDomain: string;
}

/** Columns of `msp m` as the fields of `Msp`. */
export const MSP_FIELDS = `m.id, m.name, m.registration_number as "registrationNumber", m.address, m.country,
  m.contact_name as "contactName", m.email, m.mail_domain as "mailDomain", m.locale, kontor_zone(m.id) as zone`;

export async function findMsp(trx: Trx, mspId: string): Promise<Msp | undefined> {
  const [row] = await rows<Msp>(trx, `select ${MSP_FIELDS} from msp m where m.id = :mspId`, { mspId });
  return row;
}

/** Keeps a new company as an MSP; false when the id is known already, and then nothing changed. */
export async function insertMsp(trx: Trx, msp: Msp, registeredAt: Date): Promise<boolean> {
  if (!(await insertCompany(trx, msp, 'service_provider', registeredAt))) return false;
  await rows(
    trx,
    `insert into msp_terms (id, contact_name, email, mail_domain, registered_at)
     values (:id, :contactName, :email, :mailDomain, :registeredAt)`,
    { id: msp.id, contactName: msp.contactName, email: msp.email, mailDomain: msp.mailDomain, registeredAt },
  );
  return true;
}

/** What tells two applications apart, and where the other one stands in the programme. */
interface SimilarApplicant {
  id: string;
  registrationNumber: string;
  mailDomain: string;
  state: ParticipationState;
}

/** Participants with much the same registration number or the same mail domain: candidates for `probableDuplicates`. */
export async function findSimilarApplicants(
  trx: Trx,
  applicant: { programme: string; registrationNumber: string; mailDomain: string },
): Promise<SimilarApplicant[]> {
  return rows<SimilarApplicant>(
    trx,
    `select m.id, m.registration_number as "registrationNumber", m.mail_domain as "mailDomain", p.state
     from msp m join participation p on p.msp_id = m.id and p.programme_code = :programme
     where kontor_comparable_number(m.registration_number) = kontor_comparable_number(:registrationNumber)
       or m.mail_domain = :mailDomain
     order by p.applied_at, m.id`,
    applicant,
  );
}
