import type { Period } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/**
 * The months right before a period that were skipped for good (rule 19), the earliest first. What licences were to be billed in
 * them (rule 22) falls due in the period.
 */
export async function skippedBefore(trx: Trx, { programme, period }: RunKey): Promise<Period[]> {
  const found = await rows<{ period: Period }>(
    trx,
    `select r.period from billing_run r
     where r.programme_code = :programme and r.state = 'skipped' and r.period < :period
       and not exists (select from billing_run n where n.programme_code = r.programme_code and n.state <> 'skipped'
         and n.period > r.period and n.period < :period)
     order by r.period`,
    { programme, period },
  );
  return found.map((row) => row.period);
}
