import type { ErrorCode } from '../../domain/errors.js';
import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** Messages refused for one reason from senders that were not proven: what they claimed, and how many there were. */
export interface RefusedClaims {
  code: ErrorCode;
  claimedPeriod: Period | null;
  /** Counts for its programme, where there is a site of that id. */
  claimedSite: string | null;
  attempts: number;
  lastAt: Date;
  lastFingerprint: string | null;
}

/** Adds to the counters of the UTC day, reason, programme and period: a few rows a day, however many were sent. */
export async function countRefusedClaims(trx: Trx, claims: readonly RefusedClaims[]): Promise<void> {
  await rows(
    trx,
    `insert into refused_claims as r (day, code, programme_code, claimed_period, attempts, last_at, last_fingerprint)
     select (c."lastAt" at time zone 'UTC')::date, c.code, s.programme_code, c."claimedPeriod", sum(c.attempts),
       max(c."lastAt"), (array_agg(c."lastFingerprint" order by c."lastAt" desc))[1]
     from jsonb_to_recordset(:claims::jsonb) as c(code text, "claimedPeriod" text, "claimedSite" uuid, attempts bigint,
       "lastAt" timestamptz, "lastFingerprint" text)
     left join site s on s.id = c."claimedSite"
     group by 1, 2, 3, 4
     order by 1, 2, 3, 4
     on conflict (day, code, programme_code, claimed_period) do update set attempts = r.attempts + excluded.attempts,
       last_at = greatest(r.last_at, excluded.last_at),
       last_fingerprint = coalesce(excluded.last_fingerprint, r.last_fingerprint)
     returning day`,
    { claims: JSON.stringify(claims) },
  );
}
