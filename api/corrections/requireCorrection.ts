import type { Trx } from '../../db/connect.js';
import { findCorrection } from '../../db/corrections/correctionStore.js';
import type { Correction } from '../../domain/correction.js';
import { KontorError } from '../../domain/errors.js';

/** The correction of that id; NOT_FOUND. */
export async function requireCorrection(trx: Trx, id: string): Promise<Correction> {
  const found = await findCorrection(trx, id);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such correction.');
  return found;
}
