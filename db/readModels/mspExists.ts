import { rows, type Trx } from '../connect.js';

/** Whether there is such an MSP, as far as the sender may see. */
export async function mspExists(trx: Trx, mspId: string): Promise<boolean> {
  return (await rows(trx, 'select from msp where id = :mspId', { mspId })).length === 1;
}
