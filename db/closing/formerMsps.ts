import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';
import { QUANTITY_BY_HAND } from '../corrections/standingCorrections.js';
import { UNDER_WAY } from './earlierMonths.js';

/** An MSP that gets no statement of a programme any more, and the month of its last one. */
export interface FormerMsp {
  programme: string;
  mspId: string;
  lastPeriod: Period;
}

/**
 * MSPs that have had their last statement (rule 20), and of whose months something came, or changed, since it was frozen and
 * since their newest case of that; those with quantities deferred to a month that does not come.
 */
export function formerMspsReached(trx: Trx): Promise<FormerMsp[]> {
  return rows<FormerMsp>(
    trx,
    `with last as materialized (
       select distinct on (s.programme_code, s.msp_id) s.programme_code, s.msp_id, s.period, s.issued_at
       from statement s where s.revision = 1 order by s.programme_code, s.msp_id, s.period desc
     ), former as materialized (
       select l.*, coalesce(
           (select max(d.found_at) from discrepancy d where d.programme_code = l.programme_code and d.msp_id = l.msp_id
             and d.kind = 'after_last_statement'),
           (select min(r.reconciled_at) from reconciled_site r where r.programme_code = l.programme_code
             and r.period = l.period and r.msp_id = l.msp_id), l.issued_at) - interval '${UNDER_WAY}' as since
       from last l
       join participation a on a.programme_code = l.programme_code and a.msp_id = l.msp_id
       join programme g on g.code = l.programme_code
       where a.left_period <= l.period or g.last_period <= l.period
     )
     select f.programme_code as programme, f.msp_id as "mspId", f.period as "lastPeriod" from former f
     where exists (select from usage_report u join site s on s.msp_id = u.msp_id and s.id = u.site_id
         where u.msp_id = f.msp_id and u.period <= f.period and u.received_at > f.since and s.programme_code = f.programme_code)
       or exists (select from late_check_in c join site s on s.msp_id = c.msp_id and s.id = c.site_id
         where c.msp_id = f.msp_id and c.period <= f.period and c.last_received_at > f.since
           and s.programme_code = f.programme_code)
       or exists (select from (${QUANTITY_BY_HAND}) c where c.msp_id = f.msp_id and c.programme_code = f.programme_code
         and c.period < f.period and c.decided_at > f.since)
       or exists (select from metered_key k where k.msp_id = f.msp_id and k.end_noted_at > f.since)
       or exists (select from statement_line l where l.msp_id = f.msp_id and l.programme_code = f.programme_code
         and l.period = f.period and l.kind = 'usage' and l.basis = 'deferred' and f.since < f.issued_at)
     order by 1, 2`,
  );
}

/** The amounts that cases of each month name that no statement books any more, signed. */
export async function casesAfterLast(trx: Trx, { programme, mspId }: FormerMsp): Promise<Map<Period, string[]>> {
  const found = await rows<{ period: Period; amounts: string[] }>(
    trx,
    `select evidence ->> 'forPeriod' as period, array_agg(evidence ->> 'amount') as amounts from discrepancy
     where programme_code = :programme and msp_id = :mspId and kind = 'after_last_statement' group by 1`,
    { programme, mspId },
  );
  return new Map(found.map(({ period, amounts }) => [period, amounts]));
}

/** Opens a case about an issued month in the MSP's last run. Idempotent by month and place among its cases. */
export async function insertCaseAfterLast(
  trx: Trx,
  { programme, mspId, lastPeriod }: FormerMsp,
  { place, at, evidence }: { place: number; at: Date; evidence: { forPeriod: Period } & Record<string, string> },
): Promise<void> {
  await rows(
    trx,
    `insert into discrepancy (programme_code, period, msp_id, kind, handling, evidence, evidence_key, state, found_at)
     values (:programme, :lastPeriod, :mspId, 'after_last_statement', 'person', :evidence, :key, 'open', :at)
     on conflict do nothing`,
    { programme, mspId, lastPeriod, at, evidence: JSON.stringify(evidence), key: `${evidence.forPeriod} ${place}` },
  );
}
