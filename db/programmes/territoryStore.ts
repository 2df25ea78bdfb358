import type { Day } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** Who serves a country in a programme, and when registrations are taken there: from `opensOn` until before `closesOn`. */
export interface Territory {
  programme: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  distributorId: string;
  /** Days in the programme's zone. */
  opensOn: Day;
  closesOn: Day | null;
}

const FIELDS = `programme_code as programme, country, distributor_id as "distributorId", opens_on as "opensOn",
  closes_on as "closesOn"`;

/** Sets who serves a country; MSPs that registered before keep their distributor. */
export async function putTerritory(trx: Trx, territory: Territory): Promise<Territory | undefined> {
  const before = await findTerritory(trx, territory.programme, territory.country);
  await rows(
    trx,
    `insert into territory (programme_code, country, distributor_id, opens_on, closes_on)
     values (:programme, :country, :distributorId, :opensOn, :closesOn)
     on conflict (programme_code, country) do update set distributor_id = excluded.distributor_id,
       opens_on = excluded.opens_on, closes_on = excluded.closes_on`,
    { ...territory },
  );
  return before;
}

export async function findTerritory(trx: Trx, programme: string, country: string): Promise<Territory | undefined> {
  const [row] = await rows<Territory>(
    trx,
    `select ${FIELDS} from territory where programme_code = :programme and country = :country`,
    { programme, country },
  );
  return row;
}

/** The territories of a programme by country; there are no more of them than countries. */
export async function listTerritories(trx: Trx, programme: string): Promise<Territory[]> {
  return rows<Territory>(trx, `select ${FIELDS} from territory where programme_code = :programme order by country`, {
    programme,
  });
}

/** Whether registrations are taken in a territory on `day`. */
export function isOpenOn({ opensOn, closesOn }: Pick<Territory, 'opensOn' | 'closesOn'>, day: Day): boolean {
  return opensOn <= day && (closesOn === null || day < closesOn);
}

/** Ends registrations in a territory on `day`; one that opens on that day or later is removed, and null is the answer. */
export async function closeTerritory(trx: Trx, territory: Territory, day: Day): Promise<Territory | null> {
  const { programme, country, opensOn } = territory;
  if (opensOn < day) {
    const closed = { ...territory, closesOn: day };
    await putTerritory(trx, closed);
    return closed;
  }
  await rows(trx, 'delete from territory where programme_code = :programme and country = :country', {
    programme,
    country,
  });
  return null;
}
