import type { Trx } from '../connect.js';
import { findRegistration, type Registration } from './participationStore.js';
import { KontorError } from '../../domain/errors.js';

/**
 * Rule 20: throws STATE_CONFLICT unless the MSP takes part in the programme: who is suspended or has left gets no key and
 * orders nothing.
 */
export async function requireTakesPart(trx: Trx, programme: string, mspId: string): Promise<Registration> {
  const found = await findRegistration(trx, programme, mspId);
  if (found?.state === 'approved') return found;
  const how = found?.state === 'suspended' ? 'is suspended: resume its participation first' : 'takes no part';
  throw new KontorError('STATE_CONFLICT', `In the programme "${programme}" this MSP ${how}.`);
}
