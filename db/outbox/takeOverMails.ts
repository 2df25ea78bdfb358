import { rows, type Trx } from '../connect.js';

/**
 * Takes over mails that are `sending` and whose claimer is gone. What it had begun to hand over becomes `uncertain`: it may
 * have been accepted, so nobody sends it again unless a person says so. Whatever else it held is due again at once: before
 * it hands anything over, a claimer asks whether it still holds it. Only where the database has been another since the claim
 * (restored, or promoted) nobody knows what it had begun: all of it becomes `uncertain`. Gone is who has not been heard of for `silentMs`, and
 * earlier tries of the same activity, whose names begin with `claimant`.
 */
export async function takeOverMails(
  trx: Trx,
  gone: { claimant: string; silentMs: number },
): Promise<{ uncertain: number; released: number }> {
  const taken = await rows<{ state: 'uncertain' | 'pending' }>(
    trx,
    `update outbox o set state = case when b.begun then 'uncertain' else 'pending' end,
       attempts = attempts + case when b.begun then 1 else 0 end,
       last_response = case when b.begun then 'The worker ended while this mail was being handed over.' else last_response end,
       claimed_by = case when b.begun then claimed_by end
     from (select id, handed_at is not null or claimed_in is distinct from (select kontor_database_life()) as begun
       from outbox where state = 'sending') b
     where b.id = o.id and o.state = 'sending'
       and (claimed_at < now() - :silentMs * interval '1 millisecond' or starts_with(claimed_by, :claimant))
     returning state`,
    gone,
  );
  const uncertain = taken.filter(({ state }) => state === 'uncertain').length;
  return { uncertain, released: taken.length - uncertain };
}
