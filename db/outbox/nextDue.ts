import type { RunInput } from '../../domain/run.js';
import { HAS_RECIPIENT } from './claimMails.js';
import { rows, type Trx } from '../connect.js';

/** When the next pending mail that has its document and a recipient is due; null: none is pending. */
export async function nextMailDue(trx: Trx, run: RunInput | null): Promise<Date | null> {
  const [row] = await rows<{ due: Date | null }>(
    trx,
    `select min(o.not_before) as due from outbox o
     where o.state = 'pending' and ${HAS_RECIPIENT}
       and (:period::text is null or (o.programme_code = :programme and o.period = :period))
       and (o.statement_id is null or exists (select from statement_document d
         where d.msp_id = o.msp_id and d.statement_id = o.statement_id))`,
    { programme: run?.programme ?? null, period: run?.period ?? null },
  );
  return row?.due ?? null;
}
