import { rows, type Trx } from '../connect.js';

/** Time zones in which a month has to be over before it can be closed: the approved MSPs', and the programmes' own. */
export async function mspZones(trx: Trx): Promise<{ msps: string[]; programmes: string[] }> {
  const [row] = await rows<{ msps: string[]; programmes: string[] }>(
    trx,
    `select array(select distinct zone from msp where state = 'approved') as msps,
       array(select distinct zone from programme) as programmes`,
  );
  return row ?? { msps: [], programmes: [] };
}
