import { rows, type Trx } from '../connect.js';

/**
 * Mails still `sending` whose claimer is gone become `uncertain`: they may have been accepted, so nobody sends them again
 * unless a person says so. Gone is who claimed before `leaseEnd`, and earlier tries of the same activity, whose names
 * begin with `claimant`.
 */
export async function parkAbandonedMails(trx: Trx, gone: { claimant: string; leaseEnd: Date }): Promise<number> {
  const parked = await rows<{ id: string }>(
    trx,
    `update outbox set state = 'uncertain', attempts = attempts + 1,
       last_response = 'The worker ended while this mail was being handed over.'
     where state = 'sending' and (claimed_at < :leaseEnd or starts_with(claimed_by, :claimant))
     returning id`,
    gone,
  );
  return parked.length;
}
