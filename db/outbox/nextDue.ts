import type { RunInput } from '../../domain/run.js';
import { HAS_RECIPIENT } from './claimMails.js';
import { rows, type Trx } from '../connect.js';

/** A mail that somebody is sending is looked at again after this. */
const SENDING_MS = 5_000;

/**
 * In how many milliseconds the outbox is to be looked at again, by the database's clock: when the next pending mail that has
 * its document and a recipient is due, or soon while mails are being sent. Null: every such mail has ended.
 */
export async function nextMailDueMs(trx: Trx, run: RunInput | null): Promise<number | null> {
  const [row] = await rows<{ due: number | null }>(
    trx,
    `select min(case o.state when 'sending' then ${SENDING_MS}
         else greatest(0, extract(epoch from o.not_before - now()) * 1000) end)::float8 as due
     from outbox o
     where o.state in ('pending', 'sending') and ${HAS_RECIPIENT}
       and (:period::text is null or (o.programme_code = :programme and o.period = :period))
       and (o.statement_id is null or exists (select from statement_document d
         where d.msp_id = o.msp_id and d.statement_id = o.statement_id))`,
    { programme: run?.programme ?? null, period: run?.period ?? null },
  );
  return row?.due == null ? null : Math.ceil(row.due);
}
