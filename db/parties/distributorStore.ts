import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';
import { insertCompany, type Company } from './companyStore.js';
import { insertContact } from './contactStore.js';

/** Bills the MSPs of its countries in local currency. */
export interface Distributor extends Company {
  /** Part of the number of each statement: `IT` in MSP-IT-2026-000042. */
  code: string;
  /** Its contact for statements: the confirmed one, or the one that is to confirm. */
  email: string;
  currency: string;
}

interface DistributorRow extends Omit<Distributor, 'registrationNumber'> {
  registration_number: string;
}

const COLUMNS =
  'id, code, name, registration_number, address, country, email, currency, locale, kontor_zone(id) as zone';

function toDistributor({ registration_number: registrationNumber, ...row }: DistributorRow): Distributor {
  return { ...row, registrationNumber };
}

export async function findDistributor(trx: Trx, id: string): Promise<Distributor | undefined> {
  const [row] = await rows<DistributorRow>(trx, `select ${COLUMNS} from distributor where id = :id`, { id });
  return row && toDistributor(row);
}

/** By code; those after the cursor. */
export async function listDistributors(
  trx: Trx,
  page: { limit: number; after?: [string] | undefined },
): Promise<Distributor[]> {
  const found = await rows<DistributorRow>(
    trx,
    `select ${COLUMNS} from distributor where code > :after order by code limit :limit`,
    { after: page.after?.[0] ?? '', limit: page.limit },
  );
  return found.map(toDistributor);
}

/**
 * Keeps a new distributor with its contact, not confirmed: `contactId`. `repeated` when this very id is there already,
 * `taken` when another distributor has the code.
 */
export async function insertDistributor(
  trx: Trx,
  distributor: Distributor,
  { at, by }: { at: Date; by: Actor },
): Promise<{ contactId: string } | 'repeated' | 'taken'> {
  const { id, code, name, email, currency } = distributor;
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_distributor_code'))`);
  if ((await findDistributor(trx, id)) !== undefined) return 'repeated';
  if ((await rows(trx, 'select from distributor_terms where code = :code', { code })).length > 0) return 'taken';
  await insertCompany(trx, distributor, 'distributor', at);
  await rows(trx, 'insert into distributor_terms (id, code, currency) values (:id, :code, :currency)', {
    id,
    code,
    currency,
  });
  const contactId = await insertContact(trx, { companyId: id, purpose: 'statements', name, email, at, by });
  return { contactId };
}
