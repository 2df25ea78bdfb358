import { rows, type Trx } from '../connect.js';

/** Whose suspension, and the instant at which it begins or ends. */
export interface SuspensionChange {
  mspId: string;
  programme: string;
  at: Date;
}

/** Rule 20: from `at` on the keys of the participation are stopped; what its sites use after that is measured against it. */
export async function beginSuspension(trx: Trx, change: SuspensionChange): Promise<void> {
  await rows(
    trx,
    `insert into suspension (msp_id, programme_code, from_at) values (:mspId, :programme, :at)
     on conflict (msp_id, programme_code, from_at) do update set until_at = null`,
    { ...change },
  );
}

/** Ends the one that lasts. It stays known: months in it are judged by it, whenever they are closed or rated again. */
export async function endSuspension(trx: Trx, change: SuspensionChange): Promise<void> {
  await rows(
    trx,
    `update suspension set until_at = greatest(from_at, :at)
     where msp_id = :mspId and programme_code = :programme and until_at is null`,
    { ...change },
  );
}
