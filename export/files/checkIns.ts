import { rows, type Trx } from '../../db/connect.js';
import { cursorRows } from '../../db/cursorRows.js';
import { periodRange, previousPeriod } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  mspId: string;
  siteId: string;
  site: string;
  installationId: string;
  observedAt: Date;
  countedAt: Date;
  sentAt: Date;
  receivedAt: Date;
  clockOffsetSeconds: number;
  tenantRef: string | null;
  meter: string | null;
  quantity: number | null;
  contentHash: string;
}

async function* query(trx: Trx, { programme, period }: RunKey): AsyncGenerator<Row> {
  const zones = await rows<{ zone: string; zoneBefore: string }>(
    trx,
    `select distinct zone, coalesce(kontor_zone(msp_id, :before), zone) as "zoneBefore" from run_participant
     where programme_code = :programme and period = :period order by 1, 2`,
    { programme, period, before: previousPeriod(period) },
  );
  const ranges = zones.map(({ zone, zoneBefore }) => ({
    ...{ zone, zoneBefore },
    ...periodRange(period, zone, zoneBefore),
  }));
  if (ranges.length === 0) return;
  // A clock may be a week off; the bounds choose the partitions.
  const weekMs = 8 * 86_400_000;
  yield* cursorRows<Row>(
    trx,
    `select c.msp_id as "mspId", c.site_id as "siteId", s.name as site, c.installation_id as "installationId",
       c.observed_at as "observedAt", c.counted_at as "countedAt", c.sent_at as "sentAt", c.received_at as "receivedAt",
       c.clock_offset_seconds as "clockOffsetSeconds", u.tenant_ref as "tenantRef", u.meter, u.quantity,
       encode(c.content_hash, 'hex') as "contentHash"
     from check_in c
     join run_participant p on p.programme_code = :programme and p.period = :period and p.msp_id = c.msp_id
     join site s on s.msp_id = c.msp_id and s.id = c.site_id and s.programme_code = p.programme_code
     join jsonb_to_recordset(:ranges::jsonb) as r(zone text, "zoneBefore" text, start timestamptz,
       "end" timestamptz) on r.zone = p.zone and r."zoneBefore" = coalesce(kontor_zone(p.msp_id, :before), p.zone)
     left join lateral unnest(c.tenant_refs, c.meters, c.quantities) with ordinality
       as u(tenant_ref, meter, quantity, place) on true
     where c.counted_at >= r.start and c.counted_at < r."end"
       and c.observed_at >= :from::timestamptz and c.observed_at < :to::timestamptz
     order by c.msp_id, c.site_id, c.installation_id, c.observed_at, u.place`,
    {
      programme,
      period,
      before: previousPeriod(period),
      ranges: JSON.stringify(ranges),
      from: new Date(Math.min(...ranges.map(({ start }) => start.getTime())) - weekMs),
      to: new Date(Math.max(...ranges.map(({ end }) => end.getTime())) + weekMs),
    },
  );
}

/** Every check-in that counts for the period in the zone its MSP's month was reckoned in, one row a count. */
export const checkIns = tableOf<Row>(
  'check_ins.csv',
  {
    msp_id: (row) => plain(row.mspId),
    site_id: (row) => plain(row.siteId),
    site: (row) => text(row.site),
    installation_id: (row) => plain(row.installationId),
    observed_at: (row) => plain(row.observedAt),
    counted_at: (row) => plain(row.countedAt),
    sent_at: (row) => plain(row.sentAt),
    received_at: (row) => plain(row.receivedAt),
    clock_offset_seconds: (row) => plain(row.clockOffsetSeconds),
    tenant_ref: (row) => text(row.tenantRef),
    meter: (row) => plain(row.meter),
    count: (row) => plain(row.quantity),
    content_sha256: (row) => plain(row.contentHash),
  },
  query,
);
