import type { Trx } from '../db/connect.js';
import { viewsOf } from '../db/parties/companyStore.js';
import { KontorError } from '../domain/errors.js';

/** Throws NOT_FOUND where there is no such MSP for the sender: an empty list of nobody's things would mislead. */
export async function requireMsp(trx: Trx, mspId: string): Promise<void> {
  const views = await viewsOf(trx, mspId);
  if (!views.includes('service_provider')) throw new KontorError('NOT_FOUND', 'There is no MSP of that id.');
}
