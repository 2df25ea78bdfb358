import { periodRange, type Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** A site that was expected to report and has not, and whom to remind. */
export interface MissingSite {
  mspId: string;
  siteId: string;
  siteName: string;
}

export interface Completeness {
  /** Sites active before the period's end in their MSP's zone. */
  expected: number;
  missing: MissingSite[];
}

/** Sites expected against sites heard, of one shard: the gate before reconciliation. */
export async function completenessOf(
  trx: Trx,
  period: Period,
  shard: number,
  zones: readonly string[],
): Promise<Completeness> {
  const ends = zones.map((zone) => ({ zone, end: periodRange(period, zone).end }));
  const found = await rows<MissingSite & { heard: boolean }>(
    trx,
    `select s.msp_id as "mspId", s.id as "siteId", s.name as "siteName",
       exists (select from usage_report g where g.msp_id = s.msp_id and g.site_id = s.id and g.period = p.period) as heard
     from run_participant p
     join msp m on m.id = p.msp_id
     join jsonb_to_recordset(:ends::jsonb) as e(zone text, "end" timestamptz) on e.zone = m.zone
     join site s on s.msp_id = p.msp_id and s.state = 'active'
     where p.period = :period and p.shard = :shard
       and (s.activated_at < e."end" or exists (
         select from statement_line l where l.msp_id = s.msp_id and l.site_id = s.id and l.kind = 'usage'))
     order by p.position, s.name collate "C"`,
    { period, shard, ends: JSON.stringify(ends) },
  );
  return {
    expected: found.length,
    missing: found.filter(({ heard }) => !heard).map(({ mspId, siteId, siteName }) => ({ mspId, siteId, siteName })),
  };
}

/** The time zones of a shard's MSPs. */
export async function zonesOf(trx: Trx, period: string, shard: number): Promise<string[]> {
  const found = await rows<{ zone: string }>(
    trx,
    `select distinct m.zone from run_participant p join msp m on m.id = p.msp_id
     where p.period = :period and p.shard = :shard order by 1`,
    { period, shard },
  );
  return found.map(({ zone }) => zone);
}
