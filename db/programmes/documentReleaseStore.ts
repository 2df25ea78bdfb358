import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';
import type { MspInProgramme } from '../prices/customerPriceStore.js';

/** Whether an MSP's customers read the documents of their tenants. */
export async function areDocumentsReleased(trx: Trx, { mspId, programme }: MspInProgramme): Promise<boolean> {
  const [row] = await rows<{ released: boolean }>(
    trx,
    'select released from tenant_document_release where msp_id = :mspId and programme_code = :programme',
    { mspId, programme },
  );
  return row?.released === true;
}

/** Sets it; false where it was so. The MSP takes or took part in the programme. */
export async function setDocumentsReleased(
  trx: Trx,
  { mspId, programme, released, at, by }: MspInProgramme & { released: boolean; at: Date; by: Actor },
): Promise<boolean> {
  const set = await rows(
    trx,
    `insert into tenant_document_release as r (msp_id, programme_code, released, set_at, set_by)
     values (:mspId, :programme, :released, :at, :by)
     on conflict (msp_id, programme_code) do update
       set released = excluded.released, set_at = excluded.set_at, set_by = excluded.set_by
       where r.released <> excluded.released
     returning 1`,
    { mspId, programme, released, at, by: JSON.stringify(by) },
  );
  return set.length > 0;
}
