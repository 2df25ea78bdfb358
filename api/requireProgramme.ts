import type { Trx } from '../db/connect.js';
import { findProgramme, type Programme } from '../db/programmes/programmeStore.js';
import { unknownFilter } from '../db/readModels/unknownFilter.js';
import { KontorError } from '../domain/errors.js';

/** Throws NOT_FOUND where the programme that an address names does not exist for the sender. */
export async function requireProgramme(trx: Trx, code: string): Promise<Programme> {
  const found = await findProgramme(trx, code);
  if (found === undefined || (await unknownFilter(trx, { programme: code })) !== undefined) {
    throw new KontorError('NOT_FOUND', `There is no programme "${code}".`);
  }
  return found;
}
