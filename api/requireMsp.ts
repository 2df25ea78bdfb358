import type { Trx } from '../db/connect.js';
import { findMsp } from '../db/parties/mspStore.js';
import { KontorError } from '../domain/errors.js';

/** Throws NOT_FOUND where there is no such MSP for the sender: an empty list of nobody's things would mislead. */
export async function requireMsp(trx: Trx, mspId: string): Promise<void> {
  if ((await findMsp(trx, mspId)) === undefined) throw new KontorError('NOT_FOUND', 'There is no MSP of that id.');
}
