import type { Trx } from '../connect.js';
import { holdsView } from '../parties/companyStore.js';
import { findRegistration, findStanding, type Registration, type Standing } from './participationStore.js';
import { KontorError } from '../../domain/errors.js';

/**
 * Rule 20: throws STATE_CONFLICT unless the MSP takes part in the programme: who is suspended or has left, or whose company
 * is, gets no key and orders nothing. NOT_FOUND where the MSP has nothing to do with the programme, be it there or not.
 */
export async function requireTakesPart(trx: Trx, programme: string, mspId: string): Promise<Standing> {
  const found = await findStanding(trx, programme, mspId);
  if (found === undefined) {
    throw new KontorError('NOT_FOUND', `There is no programme "${programme}" that this MSP takes part in.`);
  }
  if (found.state === 'approved') {
    if (await holdsView(trx, mspId, 'service_provider')) return found;
    throw new KontorError('STATE_CONFLICT', "This MSP's company is suspended or has ended: it gets nothing new.");
  }
  const how = found.state === 'suspended' ? 'is suspended: resume its participation first' : 'takes no part';
  throw new KontorError('STATE_CONFLICT', `In the programme "${programme}" this MSP ${how}.`);
}

/** Who takes part is billed by somebody. */
export type Participant = Registration & { distributorId: string };

/** The same, with the registration of the MSP. */
export async function requireParticipant(trx: Trx, programme: string, mspId: string): Promise<Participant> {
  await requireTakesPart(trx, programme, mspId);
  const found = await findRegistration(trx, programme, mspId);
  if (found?.distributorId == null) throw new KontorError('NOT_FOUND', 'There is no such participation.');
  return { ...found, distributorId: found.distributorId };
}
