import type { Locale } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';

/** Bills the MSPs of its countries in local currency. */
export interface Distributor {
  id: string;
  /** Starts the number of each statement: `IT` in IT-2026-000042. */
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

/** Which programme and distributor serve a country. */
export interface Territory {
  country: string;
  programmeCode: string;
  distributorId: string;
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

/** Sets who serves a country; MSPs registered before keep their distributor. */
export async function putTerritory(trx: Trx, { country, programmeCode, distributorId }: Territory): Promise<void> {
  await rows(
    trx,
    `insert into territory (country, programme_code, distributor_id) values (:country, :programmeCode, :distributorId)
     on conflict (country) do update
       set programme_code = excluded.programme_code, distributor_id = excluded.distributor_id`,
    { country, programmeCode, distributorId },
  );
}

interface TerritoryRow {
  country: string;
  programme_code: string;
  distributor_id: string;
}

function toTerritory(row: TerritoryRow): Territory {
  return { country: row.country, programmeCode: row.programme_code, distributorId: row.distributor_id };
}

export async function findTerritory(trx: Trx, country: string): Promise<Territory | undefined> {
  const [row] = await rows<TerritoryRow>(
    trx,
    'select country, programme_code, distributor_id from territory where country = :country',
    { country },
  );
  return row && toTerritory(row);
}

/** By country; there are no more of them than countries. */
export async function listTerritories(trx: Trx): Promise<Territory[]> {
  const found = await rows<TerritoryRow>(
    trx,
    'select country, programme_code, distributor_id from territory order by country',
  );
  return found.map(toTerritory);
}
