import { rows, type Trx } from '../connect.js';

/** How many messages were refused on a UTC day for one reason, from senders that were not proven. */
export interface RefusedClaimsView {
  day: string;
  code: string;
  /** Of the site that they named; null: they named none that exists. */
  programme: string | null;
  claimedPeriod: string | null;
  attempts: number;
  lastAt: Date;
  lastFingerprint: string | null;
}

export interface RefusedClaimsFilter {
  period?: string | undefined;
  code?: string | undefined;
  limit: number;
  after?: [day: string, code: string, programme: string, claimedPeriod: string] | undefined;
}

// The order of the list, and of its cursor.
const CODE = 'code collate "C"';
const PROGRAMME = `coalesce(programme_code, '') collate "C"`;
const PERIOD = `coalesce(claimed_period, '') collate "C"`;

/** The counters, of one claimed period or all, the latest day first; those after the cursor. */
export async function refusedClaims(trx: Trx, filter: RefusedClaimsFilter): Promise<RefusedClaimsView[]> {
  const [day, code, programme, claimedPeriod] = filter.after ?? [null, null, null, null];
  const found = await rows<Omit<RefusedClaimsView, 'attempts'> & { attempts: string }>(
    trx,
    `select day, code, programme_code as programme, claimed_period as "claimedPeriod", attempts, last_at as "lastAt",
       last_fingerprint as "lastFingerprint"
     from refused_claims
     where (:period::text is null or claimed_period = :period) and (:code::text is null or code = :code)
       and (:day::date is null or (day, ${CODE}, ${PROGRAMME}, ${PERIOD}) < (:day::date, :afterCode::text collate "C", :programme::text collate "C",
         :claimedPeriod::text collate "C"))
     order by day desc, ${CODE} desc, ${PROGRAMME} desc, ${PERIOD} desc limit :limit`,
    {
      period: filter.period ?? null,
      code: filter.code ?? null,
      day,
      afterCode: code,
      programme,
      claimedPeriod,
      limit: filter.limit,
    },
  );
  return found.map((row) => ({ ...row, attempts: Number(row.attempts) }));
}
