import { rows, type Trx } from '../connect.js';
import { PROGRAMME_NOW } from './programmeOf.js';

/** Every programme with the zone in which its month-end runs open. */
export function monthEnds(trx: Trx): Promise<{ programme: string; zone: string }[]> {
  return rows<{ programme: string; zone: string }>(
    trx,
    `select g.code as programme, v.zone from ${PROGRAMME_NOW} order by g.code`,
  );
}
