import { rows, type Trx } from '../connect.js';

/** Where an MSP stands in a run; undefined when it takes no part. */
export async function participantState(
  trx: Trx,
  period: string,
  mspId: string,
): Promise<'open' | 'parked' | 'issued' | undefined> {
  const [row] = await rows<{ state: 'open' | 'parked' | 'issued' }>(
    trx,
    'select state from run_participant where period = :period and msp_id = :mspId',
    { period, mspId },
  );
  return row?.state;
}
