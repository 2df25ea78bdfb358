import { rows, type Trx } from '../connect.js';
import type { ShardKey } from './openRun.js';

/** A site that was expected to report and has not, and whom to remind. */
export interface MissingSite {
  mspId: string;
  siteId: string;
  siteName: string;
}

export interface Completeness {
  /** Active sites with an installation in use that were to report for the period. */
  expected: number;
  /** Of them, those whose report came after the month had ended: nothing can be added to it any more. */
  final: number;
  missing: MissingSite[];
}

const EXPECTED = `run_participant p
  join site s on s.msp_id = p.msp_id and s.programme_code = p.programme_code and s.state = 'active'
    and s.from_period <= p.period
    -- Rule 6: nobody expects a report of what was replaced or retired.
    and exists (select from installation i where i.msp_id = s.msp_id and i.site_id = s.id
      and (i.replaced_at is null or i.replaced_at >= p.month_end)
      and (i.retired_at is null or i.retired_at >= p.month_end))
    -- Rule 20: nor of who was suspended all through the month, whose keys are stopped.
    and not exists (select from suspension x where x.msp_id = p.msp_id and x.programme_code = p.programme_code
      and x.from_at < (p.period || '-01')::date::timestamp at time zone p.zone
      and (x.until_at is null or x.until_at >= p.month_end))
  cross join lateral (select max(g.received_at) as at from usage_report g
    where g.msp_id = s.msp_id and g.site_id = s.id and g.period = p.period) heard`;

/** Sites expected against sites heard, of one shard. */
export async function completenessOf(trx: Trx, { programme, period, shard }: ShardKey): Promise<Completeness> {
  const found = await rows<MissingSite & { heard: boolean; final: boolean }>(
    trx,
    `select s.msp_id as "mspId", s.id as "siteId", s.name as "siteName", heard.at is not null as heard,
       coalesce(heard.at >= p.month_end, false) as final
     from ${EXPECTED}
     where p.programme_code = :programme and p.period = :period and p.shard = :shard
     order by p.position, s.name collate "C"`,
    { programme, period, shard },
  );
  return {
    expected: found.length,
    final: found.filter(({ final }) => final).length,
    missing: found.filter(({ heard }) => !heard).map(({ mspId, siteId, siteName }) => ({ mspId, siteId, siteName })),
  };
}

/** Sites that were to report and those of them that have not (rule 4). */
export interface Silence {
  expected: number;
  silent: number;
}

/** Expected and silent sites of a programme's run, over all its shards. */
export async function silenceOf(
  trx: Trx,
  { programme, period }: { programme: string; period: string },
): Promise<Silence> {
  const [counts] = await rows<{ expected: number; silent: number }>(
    trx,
    `select count(*)::int as expected, count(*) filter (where heard.at is null)::int as silent
     from ${EXPECTED}
     where p.programme_code = :programme and p.period = :period`,
    { programme, period },
  );
  return counts ?? { expected: 0, silent: 0 };
}

/** What the silent sites of a programme's run were billed last time, in minor units, one total for each currency. */
export async function lastBilledOfSilent(
  trx: Trx,
  { programme, period }: { programme: string; period: string },
): Promise<{ currency: string; total: string }[]> {
  return rows<{ currency: string; total: string }>(
    trx,
    `with silent as (
       select s.msp_id, s.id from ${EXPECTED}
       where p.programme_code = :programme and p.period = :period and heard.at is null
     ), last as (
       select distinct on (t.msp_id) t.msp_id, t.id, t.currency from statement t
       where t.programme_code = :programme and t.period < :period and t.msp_id in (select msp_id from silent)
       order by t.msp_id, t.period desc, t.revision desc
     )
     select last.currency, sum(l.amount_minor)::text as total
     from last join statement_line l on l.msp_id = last.msp_id and l.statement_id = last.id and l.kind = 'usage'
       and (l.msp_id, l.site_id) in (select msp_id, id from silent)
     group by last.currency order by last.currency`,
    { programme, period },
  );
}

export interface MissingReportRecipient {
  mspId: string;
  locale: string;
  zone: string;
  vendorName: string;
  collectUntil: Date;
}

/** Whom to remind of missing reports. */
export async function missingReportRecipients(
  trx: Trx,
  { programme, period }: { programme: string; period: string },
  mspIds: readonly string[],
): Promise<MissingReportRecipient[]> {
  return rows<MissingReportRecipient>(
    trx,
    `select m.id as "mspId", m.locale, p.zone, g.vendor ->> 'name' as "vendorName",
       s.collect_until as "collectUntil"
     from run_participant p
     join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
     join msp m on m.id = p.msp_id join programme g on g.code = p.programme_code
     where p.programme_code = :programme and p.period = :period and p.msp_id = any(:mspIds)`,
    { programme, period, mspIds: [...mspIds] },
  );
}
