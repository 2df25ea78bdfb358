import { mspStatesBefore, type Applicant, type MspState } from '../../domain/msp.js';
import type { Locale } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';

/** A registered provider, as kept. Instants are absolute. */
export interface Msp {
  id: string;
  distributorId: string;
  programmeCode: string;
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
  /** IANA time zone. */
  zone: string;
  state: MspState;
  /** Probable duplicates found at registration (rule 14). */
  duplicateOf: string[];
  appliedAt: Date;
  decideUntil: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  decisionReason: string | null;
}

interface MspRow {
  id: string;
  distributor_id: string;
  programme_code: string;
  name: string;
  registration_number: string;
  address: string[];
  country: string;
  contact_name: string;
  email: string;
  mail_domain: string;
  locale: Locale;
  zone: string;
  state: MspState;
  duplicate_of: string[];
  applied_at: Date;
  decide_until: Date;
  decided_at: Date | null;
  decided_by: string | null;
  decision_reason: string | null;
}

const COLUMNS = `id, distributor_id, programme_code, name, registration_number, address, country, contact_name, email,
  mail_domain, locale, zone, state, duplicate_of, applied_at, decide_until, decided_at, decided_by, decision_reason`;

function toMsp(row: MspRow): Msp {
  return {
    id: row.id,
    distributorId: row.distributor_id,
    programmeCode: row.programme_code,
    name: row.name,
    registrationNumber: row.registration_number,
    address: row.address,
    country: row.country,
    contactName: row.contact_name,
    email: row.email,
    mailDomain: row.mail_domain,
    locale: row.locale,
    zone: row.zone,
    state: row.state,
    duplicateOf: row.duplicate_of,
    appliedAt: row.applied_at,
    decideUntil: row.decide_until,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    decisionReason: row.decision_reason,
  };
}

export async function findMsp(trx: Trx, mspId: string): Promise<Msp | undefined> {
  const [row] = await rows<MspRow>(trx, `select ${COLUMNS} from msp where id = :mspId`, { mspId });
  return row && toMsp(row);
}

/** Keeps a new application; false when the id is known already, and then nothing changed. */
export async function insertMsp(trx: Trx, msp: Msp): Promise<boolean> {
  const inserted = await rows<{ id: string }>(
    trx,
    `insert into msp (${COLUMNS})
     values (:id, :distributorId, :programmeCode, :name, :registrationNumber, :address, :country, :contactName, :email,
       :mailDomain, :locale, :zone, :state, :duplicateOf, :appliedAt, :decideUntil, :decidedAt, :decidedBy,
       :decisionReason)
     on conflict (id) do nothing returning id`,
    { ...msp },
  );
  return inserted.length === 1;
}

/** Registrations, the latest first, in a state or in any; those after the cursor. */
export async function listRegistrations(
  trx: Trx,
  filter: { state?: MspState | undefined; limit: number; after?: [appliedAt: string, id: string] | undefined },
): Promise<Msp[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  const found = await rows<MspRow>(
    trx,
    `select ${COLUMNS} from msp
     where (:state::text is null or state = :state)
       and (:afterId::uuid is null or (applied_at, id) < (:afterAt::timestamptz, :afterId::uuid))
     order by applied_at desc, id desc limit :limit`,
    { state: filter.state ?? null, afterAt, afterId, limit: filter.limit },
  );
  return found.map(toMsp);
}

/** One new application at a time until the transaction ends, so that of two at once the second sees the first. */
export async function lockRegistrations(trx: Trx): Promise<void> {
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_registration'))`);
}

/** Registrations with much the same registration number or the same mail domain: candidates for `probableDuplicates`. */
export async function findSimilarApplicants(
  trx: Trx,
  registrationNumber: string,
  mailDomain: string,
): Promise<Applicant[]> {
  const found = await rows<{ id: string; registration_number: string; mail_domain: string; state: MspState }>(
    trx,
    `select id, registration_number, mail_domain, state from msp
     where kontor_comparable_number(registration_number) = kontor_comparable_number(:registrationNumber)
       or mail_domain = :mailDomain
     order by applied_at, id`,
    { registrationNumber, mailDomain },
  );
  return found.map((row) => ({
    id: row.id,
    registrationNumber: row.registration_number,
    mailDomain: row.mail_domain,
    state: row.state,
  }));
}

export interface MspMove {
  mspId: string;
  to: MspState;
  at: Date;
  by: string;
  reason: string | null;
}

/** Settles an application; undefined where the state table does not allow it (any more), and then nothing changed. */
export async function moveMsp(trx: Trx, move: MspMove): Promise<Msp | undefined> {
  const [row] = await rows<MspRow>(
    trx,
    `update msp set state = :to, decided_at = :at, decided_by = :by, decision_reason = :reason
     where id = :mspId and state = any(:from) returning ${COLUMNS}`,
    { ...move, from: mspStatesBefore(move.to) },
  );
  return row && toMsp(row);
}
