import { rows, type Trx } from '../connect.js';

/**
 * Takes over mails that are `sending` and whose claimer is gone. What it had begun to hand over becomes `uncertain`: it may
 * have been accepted, so nobody sends it again unless a person says so. Whatever else it held is due again at once: before
 * it hands anything over, a claimer asks whether it still holds it. Gone is who has not been heard of for `silentMs`, and
 * earlier tries of the same activity, whose names begin with `claimant`.
 */
export async function takeOverMails(
  trx: Trx,
  gone: { claimant: string; silentMs: number },
): Promise<{ uncertain: number; released: number }> {
  const taken = await rows<{ state: 'uncertain' | 'pending' }>(
    trx,
    `update outbox set state = case when handed_at is null then 'pending' else 'uncertain' end,
       attempts = attempts + case when handed_at is null then 0 else 1 end,
       last_response = case when handed_at is null then last_response
         else 'The worker ended while this mail was being handed over.' end,
       claimed_by = case when handed_at is null then null else claimed_by end
     where state = 'sending'
       and (claimed_at < now() - :silentMs * interval '1 millisecond' or starts_with(claimed_by, :claimant))
     returning state`,
    gone,
  );
  const uncertain = taken.filter(({ state }) => state === 'uncertain').length;
  return { uncertain, released: taken.length - uncertain };
}
