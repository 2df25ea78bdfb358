import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

/** Bills the MSPs of its countries in local currency. */
export interface Distributor {
  id: string;
  /** Part of the number of each statement: `IT` in MSP-IT-2026-000042. */
  code: string;
  name: string;
  registrationNumber: string;
  address: string[];
  country: string;
  email: string;
  currency: string;
  locale: Locale;
  /** IANA time zone. */
  zone: string;
}

interface DistributorRow extends Omit<Distributor, 'registrationNumber'> {
  registration_number: string;
}

const COLUMNS = 'id, code, name, registration_number, address, country, email, currency, locale, zone';

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

/** `kept`, `repeated` when this very id is there already, `taken` when another distributor has the code. */
export async function insertDistributor(trx: Trx, distributor: Distributor): Promise<'kept' | 'repeated' | 'taken'> {
  const { registrationNumber, ...rest } = distributor;
  const inserted = await rows(
    trx,
    `insert into distributor (${COLUMNS})
     values (:id, :code, :name, :registrationNumber, :address, :country, :email, :currency, :locale, :zone)
     on conflict do nothing returning id`,
    { ...rest, registrationNumber },
  );
  if (inserted.length > 0) return 'kept';
  return (await findDistributor(trx, distributor.id)) === undefined ? 'taken' : 'repeated';
}
