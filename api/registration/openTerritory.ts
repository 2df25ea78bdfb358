import type { Trx } from '../../db/connect.js';
import { holdsView } from '../../db/parties/companyStore.js';
import { findTerritory, isOpenOn, type Territory } from '../../db/programmes/territoryStore.js';
import type { ProgrammeNow } from '../../db/readModels/programmeOf.js';
import { fieldError } from '../../domain/errors.js';
import { dayOf } from '../../domain/period.js';

/**
 * The territory in which a registration is taken at `now`. Throws on `field`: STATE_CONFLICT where the programme was
 * ended, or the territory's distributor is not active, TERRITORY_NOT_SERVED where the country is not open, with when it opens and how to be told.
 */
export async function requireOpenTerritory(
  trx: Trx,
  programme: ProgrammeNow & { code: string },
  { country, now, field }: { country: string; now: Date; field: string },
): Promise<Territory> {
  const { code, lastPeriod } = programme;
  if (lastPeriod !== null) {
    throw fieldError('STATE_CONFLICT', '/programme', `"${code}" ends with ${lastPeriod} and takes nobody any more.`);
  }
  const territory = await findTerritory(trx, code, country);
  const today = dayOf(now, programme.zone);
  if (territory !== undefined && isOpenOn(territory, today)) {
    if (await holdsView(trx, territory.distributorId, 'distributor')) return territory;
    throw fieldError(
      'STATE_CONFLICT',
      field,
      `"${code}" takes nobody in ${country} at present: its distributor there is not active.`,
    );
  }
  const when =
    territory === undefined || territory.opensOn <= today
      ? `is not open in ${country}`
      : `opens in ${country} on ${territory.opensOn}`;
  throw fieldError(
    'TERRITORY_NOT_SERVED',
    field,
    `"${code}" ${when}. To be told when it is: POST /v1/programmes/${code}/waiting-list.`,
  );
}
