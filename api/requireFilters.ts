import type { Trx } from '../db/connect.js';
import { unknownFilter, type Filters } from '../db/readModels/unknownFilter.js';
import { KontorError } from '../domain/errors.js';

/** Throws NOT_FOUND where a list is asked for by what does not exist for the sender: an empty list of nobody's things would mislead. */
export async function requireFilters(trx: Trx, filters: Filters): Promise<void> {
  const field = await unknownFilter(trx, filters);
  if (field === undefined) return;
  const message = field === 'programme' ? 'There is no programme of that code.' : `There is nothing of that ${field}.`;
  throw new KontorError('NOT_FOUND', message, [{ field, code: 'NOT_FOUND', message }]);
}
