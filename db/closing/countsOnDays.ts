import type { MeterCode } from '../../domain/catalog/index.js';
import { instantAt, type InstantRange } from '../../domain/period.js';
import type { DaySpan } from '../../domain/licences/licensedDays.js';
import { rows, type Trx } from '../connect.js';
import { BEFORE, boundsOf, type ReceivedBefore } from './siteQueries.js';
import { MAX_CLOCK_OFFSET_DAYS, type MovedRow } from './usageOf.js';

/** A meter of a site whose licences begin or end within the month, with the spans of days between. */
export interface MeasuredMeter {
  mspId: string;
  siteId: string;
  meter: MeterCode;
  /** IANA zone that the days are of. */
  zone: string;
  range: InstantRange;
  spans: readonly DaySpan[];
}

/** What an installation was seen to count on the days of a span; `count` null: it checked in without naming the meter. */
export interface DaysCount {
  siteId: string;
  meter: MeterCode;
  /** Index of the span. */
  place: number;
  installationId: string;
  tenantRef: string | null;
  count: number | null;
}

/** The spans as instants: the first begins with the month, the last ends with it, whatever zone they are of. */
export function spanRanges({ spans, zone, range }: MeasuredMeter): InstantRange[] {
  const starts = spans.map(({ first }, place) => (place === 0 ? range.start : instantAt(first, '00:00', zone)));
  return starts.map((start, place) => ({ start, end: starts[place + 1] ?? range.end }));
}

/** The highest check-in of each span of days, per installation and tenant; few sites have such meters. */
export function countsOnDays(
  trx: Trx,
  meters: readonly MeasuredMeter[],
  moved: readonly MovedRow[],
  receivedBefore: ReceivedBefore,
): Promise<DaysCount[]> {
  if (meters.length === 0) return Promise.resolve([]);
  const slack = MAX_CLOCK_OFFSET_DAYS * 86_400_000;
  const spans = meters.flatMap((measured) =>
    spanRanges(measured).map((range, place) => ({
      ...{ mspId: measured.mspId, siteId: measured.siteId, meter: measured.meter, place },
      ...range,
    })),
  );
  return rows<DaysCount>(
    trx,
    `with span as materialized (
       select s."mspId" as msp_id, s."siteId" as site_id, s.meter, s.place, s.start, s."end"
       from jsonb_to_recordset(:spans::jsonb)
         as s("mspId" uuid, "siteId" uuid, meter text, place int, start timestamptz, "end" timestamptz)
     ), moved as materialized (
       select m."siteId" as site_id, m."installationId" as installation_id, m."countsAs" as counts_as, m.until
       from jsonb_to_recordset(:moved::jsonb)
         as m("siteId" uuid, "installationId" uuid, "countsAs" uuid, until timestamptz)
     )
     select s.site_id as "siteId", s.meter, s.place, coalesce(m.counts_as, c.installation_id) as "installationId",
       u.tenant_ref as "tenantRef", max(u.quantity) as count
     from span s
     join check_in c on c.msp_id = s.msp_id and c.site_id = s.site_id
       and c.counted_at >= s.start and c.counted_at < s."end" and c.observed_at >= :pruneFrom and c.observed_at < :pruneTo
     ${BEFORE('s.site_id')}
     left join moved m on m.site_id = c.site_id and m.installation_id = c.installation_id and c.counted_at < m.until
     left join lateral unnest(c.tenant_refs, c.meters, c.quantities) as u(tenant_ref, meter, quantity) on u.meter = s.meter
     where b.before is null or c.received_at < b.before
     group by 1, 2, 3, 4, 5`,
    {
      spans: JSON.stringify(spans),
      moved: JSON.stringify(moved),
      bounds: boundsOf(receivedBefore),
      pruneFrom: new Date(Math.min(...spans.map(({ start }) => start.getTime())) - slack),
      pruneTo: new Date(Math.max(...spans.map(({ end }) => end.getTime())) + slack),
    },
  );
}
