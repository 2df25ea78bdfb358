import { cursorRows } from '../../db/cursorRows.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  mspId: string;
  siteId: string;
  site: string;
  installationId: string;
  revision: number;
  sentAt: Date;
  receivedAt: Date;
  clockOffsetSeconds: number;
  late: boolean;
  tenantRef: string | null;
  meter: string | null;
  peak: number | null;
  contentHash: string;
}

/** Every usage report of the period with all its revisions, one row a line; late: after the facts were frozen. */
export const usageReports = tableOf<Row>(
  'usage_reports.csv',
  {
    msp_id: (row) => plain(row.mspId),
    site_id: (row) => plain(row.siteId),
    site: (row) => text(row.site),
    installation_id: (row) => plain(row.installationId),
    revision: (row) => plain(row.revision),
    sent_at: (row) => plain(row.sentAt),
    received_at: (row) => plain(row.receivedAt),
    clock_offset_seconds: (row) => plain(row.clockOffsetSeconds),
    late: (row) => plain(row.late ? 'yes' : 'no'),
    tenant_ref: (row) => text(row.tenantRef),
    meter: (row) => plain(row.meter),
    peak: (row) => plain(row.peak),
    content_sha256: (row) => plain(row.contentHash),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select g.msp_id as "mspId", g.site_id as "siteId", s.name as site, g.installation_id as "installationId",
         g.revision, g.sent_at as "sentAt", g.received_at as "receivedAt",
         g.clock_offset_seconds as "clockOffsetSeconds", coalesce(g.received_at > r.reconciled_at, false) as late,
         u.tenant_ref as "tenantRef", u.meter, u.peak, encode(g.content_hash, 'hex') as "contentHash"
       from usage_report g
       join site s on s.msp_id = g.msp_id and s.id = g.site_id and s.programme_code = :programme
       left join reconciled_site r on r.programme_code = s.programme_code and r.period = g.period and r.msp_id = g.msp_id
         and r.site_id = g.site_id
       left join lateral unnest(g.tenant_refs, g.meters, g.peaks) with ordinality as u(tenant_ref, meter, peak, place)
         on true
       where g.period = :period
       order by g.msp_id, g.site_id, g.installation_id, g.revision, u.place`,
      { programme, period },
    ),
);
