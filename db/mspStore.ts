import type { Locale } from '../domain/statement.js';
import { rows, type Trx } from './connect.js';

export type MspState = 'applied' | 'approved' | 'rejected' | 'expired';

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
  locale, zone, state, duplicate_of, applied_at, decide_until, decided_at, decided_by, decision_reason`;

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
