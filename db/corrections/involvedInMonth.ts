import type { Actor } from '../../domain/access/actor.js';
import type { Correction } from '../../domain/correction.js';
import { rows, type Trx } from '../connect.js';

/** Rule 18: who opened the run of the corrected month, and who decided any case of that MSP in it. */
export async function involvedInMonth(
  trx: Trx,
  { programme, period, mspId }: Pick<Correction, 'programme' | 'period' | 'mspId'>,
): Promise<Actor[]> {
  const found = await rows<{ actor: Actor }>(
    trx,
    `select opened_by as actor from billing_run where programme_code = :programme and period = :period
     union select author from discrepancy
       where programme_code = :programme and period = :period and msp_id = :mspId and author is not null
     union select second_author from discrepancy
       where programme_code = :programme and period = :period and msp_id = :mspId and second_author is not null`,
    { programme, period, mspId },
  );
  return found.map(({ actor }) => actor);
}
