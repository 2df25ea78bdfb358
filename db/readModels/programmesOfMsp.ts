import { rows, type Trx } from '../connect.js';

/** Codes of the programmes that an MSP has joined, left ones included: what is said of a month of its is said in each. */
export async function programmesOfMsp(trx: Trx, mspId: string): Promise<string[]> {
  const found = await rows<{ code: string }>(
    trx,
    `select programme_code as code from participation where msp_id = :mspId and joined_period is not null order by 1`,
    { mspId },
  );
  return found.map(({ code }) => code);
}
