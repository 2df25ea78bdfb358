import type { Locale } from '../../locales/index.js';
import { EARLIEST_PERIOD, type Period } from '../../domain/period.js';
import type { ParticipationState } from '../../domain/msp.js';
import { rows, type Trx } from '../connect.js';

/** A provider as kept; where it takes part is `programmes/participationStore`. Instants are absolute. */
export interface Msp {
  id: string;
  name: string;
  registrationNumber: string;
  address: string[];
  /** ISO 3166-1 alpha-2. */
  country: string;
  contactName: string;
  email: string;
  /** Of `email`, in lower case. */
  mailDomain: string;
  locale: Locale;
  /** IANA time zone in which its months are reckoned now. */
  zone: string;
}

/** Columns of `msp m` as the fields of `Msp`. */
export const MSP_FIELDS = `m.id, m.name, m.registration_number as "registrationNumber", m.address, m.country,
  m.contact_name as "contactName", m.email, m.mail_domain as "mailDomain", m.locale, kontor_zone(m.id) as zone`;

export async function findMsp(trx: Trx, mspId: string): Promise<Msp | undefined> {
  const [row] = await rows<Msp>(trx, `select ${MSP_FIELDS} from msp m where m.id = :mspId`, { mspId });
  return row;
}

/** Keeps a new MSP with its zone; false when the id is known already, and then nothing changed. */
export async function insertMsp(trx: Trx, msp: Msp, registeredAt: Date): Promise<boolean> {
  const inserted = await rows<{ id: string }>(
    trx,
    `insert into msp (id, name, registration_number, address, country, contact_name, email, mail_domain, locale,
       registered_at)
     values (:id, :name, :registrationNumber, :address, :country, :contactName, :email, :mailDomain, :locale,
       :registeredAt)
     on conflict (id) do nothing returning id`,
    { ...msp, registeredAt },
  );
  if (inserted.length === 0) return false;
  await putZone(trx, { mspId: msp.id, fromPeriod: EARLIEST_PERIOD, zone: msp.zone });
  return true;
}

/** Sets the zone in which an MSP's months are reckoned from a period on. */
export async function putZone(trx: Trx, row: { mspId: string; fromPeriod: Period; zone: string }): Promise<void> {
  await rows(
    trx,
    `insert into msp_zone (msp_id, from_period, zone) values (:mspId, :fromPeriod, :zone)
     on conflict (msp_id, from_period) do update set zone = excluded.zone`,
    { ...row },
  );
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

/** The zones of an MSP, each from its period on. */
export async function listZones(trx: Trx, mspId: string): Promise<{ fromPeriod: Period; zone: string }[]> {
  return rows<{ fromPeriod: Period; zone: string }>(
    trx,
    'select from_period as "fromPeriod", zone from msp_zone where msp_id = :mspId order by from_period',
    { mspId },
  );
}
