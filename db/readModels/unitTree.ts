import { rows, type Trx } from '../connect.js';

/** A tenant or unit of an MSP, in its place. */
export interface TreeUnit {
  id: string;
  parentId: string | null;
  ref: string;
  name: string;
}

/** These tenants and units and all above them, as far as the reader sees them, by reference. */
export async function unitTree(trx: Trx, mspId: string, ids: readonly string[]): Promise<TreeUnit[]> {
  return rows<TreeUnit>(
    trx,
    `with recursive unit as (
       select id, parent_id, ref, name from tenant where msp_id = :mspId and id = any(:ids::uuid[])
       union
       select t.id, t.parent_id, t.ref, t.name from tenant t join unit u on t.msp_id = :mspId and t.id = u.parent_id)
     select id, parent_id as "parentId", ref, name from unit order by ref collate "C"`,
    { mspId, ids: [...ids] },
  );
}
