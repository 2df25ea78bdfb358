import { rows, type Trx } from '../connect.js';

/** Mails that are being sent or could be sent now. Zero: the outbox is at rest. */
export async function mailsDue(trx: Trx): Promise<number> {
  const [row] = await rows<{ due: number }>(
    trx,
    `select count(*)::int as due from outbox where state = 'sending' or (state = 'pending' and not_before <= now())`,
  );
  return row?.due ?? 0;
}
