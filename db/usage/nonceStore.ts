import { rows, type Trx } from '../connect.js';

export interface UsedNonce {
  signingKeyId: string;
  nonce: string;
}

/** Remembers nonces and returns for each whether it is new. A pair that occurs twice in `nonces` is new once. */
export async function useNonces(trx: Trx, nonces: readonly UsedNonce[], usedAt: Date): Promise<boolean[]> {
  const added = await rows<{ signing_key_id: string; nonce: string }>(
    trx,
    `insert into used_nonce (signing_key_id, nonce, used_at)
     select n.signing_key_id, n.nonce, :usedAt
     from unnest(:signingKeyIds::text[], :nonces::text[]) as n(signing_key_id, nonce)
     order by 1, 2
     on conflict do nothing
     returning signing_key_id, nonce`,
    {
      usedAt,
      signingKeyIds: nonces.map(({ signingKeyId }) => signingKeyId),
      nonces: nonces.map(({ nonce }) => nonce),
    },
  );
  const fresh = new Set(added.map((row) => JSON.stringify([row.signing_key_id, row.nonce])));
  return nonces.map(({ signingKeyId, nonce }) => fresh.delete(JSON.stringify([signingKeyId, nonce])));
}

/** Forgets nonces used before `before`; a signature of that age is refused by its age. Returns how many. */
export async function pruneNonces(trx: Trx, before: Date): Promise<number> {
  const pruned = await rows<{ count: string }>(
    trx,
    `with gone as (delete from used_nonce where used_at < :before returning 1) select count(*) from gone`,
    { before },
  );
  return Number(pruned[0]?.count ?? 0);
}
