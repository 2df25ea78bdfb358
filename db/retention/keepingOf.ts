import type { ProgrammeKeeping } from '../../domain/retention.js';
import type { Period } from '../../domain/period.js';
import { parseSettings, resolveSettings } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';

interface Row {
  programme: string;
  zone: string;
  settings: unknown;
  reaches: unknown[];
  closedUntil: Period | null;
  firstPeriod: Period;
  lastPeriod: Period | null;
  admittedFrom: Period | null;
}

/** What decides how long each programme's rows are kept, by its settings of this month; in the order of their codes. */
export async function keepingOf(trx: Trx): Promise<ProgrammeKeeping[]> {
  const found = await rows<Row>(
    trx,
    `select g.code as programme, v.zone, v.settings, g.first_period as "firstPeriod", g.last_period as "lastPeriod",
       (select jsonb_agg(o.settings) from programme_setting o where o.programme_code = g.code) as reaches,
       (select max(r.period) from billing_run r where r.programme_code = g.code and r.period < coalesce((
          select min(b.period) from billing_run b where b.programme_code = g.code and (b.state = 'open' or exists (
            select from run_participant p where p.programme_code = b.programme_code and p.period = b.period
              and p.state <> 'issued'))), '9999-12')) as "closedUntil",
       -- Found by a run, decided in its review, booked by it or by the next one.
       (select min(d.evidence ->> 'forPeriod') from discrepancy d where d.programme_code = g.code
          and d.kind = 'late_beyond_reach' and (d.state = 'open' or d.decision = 'accept_reported')
          and d.period >= coalesce((select max(r.period) from billing_run r where r.programme_code = g.code), ''))
         as "admittedFrom"
     from programme g cross join lateral kontor_settings(g.code) v order by g.code`,
  );
  return found.map(({ settings, reaches, ...of }) => ({
    ...of,
    keeping: resolveSettings(parseSettings(settings)).keeping,
    reachDays: Math.max(...reaches.map((version) => resolveSettings(parseSettings(version)).lateUsage.reachDays)),
  }));
}
