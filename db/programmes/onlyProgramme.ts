import { fieldError } from '../../domain/errors.js';
import type { Trx } from '../connect.js';
import { findProgramme, listProgrammes } from './programmeStore.js';

/**
 * The programme a command means: the one given, or the only one there is. Throws VALIDATION_FAILED, naming those there
 * are, where none was given and there are several, or where the one given is unknown.
 */
export async function onlyProgramme(trx: Trx, given?: string): Promise<string> {
  if (given !== undefined && (await findProgramme(trx, given)) !== undefined) return given;
  const codes = (await listProgrammes(trx)).map(({ code }) => code);
  const [only] = codes;
  if (given === undefined && only !== undefined && codes.length === 1) return only;
  if (codes.length === 0) {
    throw fieldError('VALIDATION_FAILED', '--programme', 'There is no programme yet: kontor programme set FILE.');
  }
  const problem = given === undefined ? 'There are several programmes, name one' : `There is no programme "${given}"`;
  throw fieldError('VALIDATION_FAILED', '--programme', `${problem}: ${codes.join(', ')}.`);
}
