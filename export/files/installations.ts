import { cursorRows } from '../../db/cursorRows.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  mspId: string;
  siteId: string;
  site: string;
  installationId: string;
  activatedAt: Date;
  enrolledBy: string;
  silent: boolean;
  replacedBy: string | null;
  replacedAt: Date | null;
  replacedForFree: boolean | null;
  retiredAt: Date | null;
}

const yesNo = (value: boolean | null) => plain(value === null ? null : value ? 'yes' : 'no');

/**
 * The installations that were known of each site when its collection ended, and which of them owed a report; what became of one
 * afterwards says nothing about this month.
 */
export const installations = tableOf<Row>(
  'installations.csv',
  {
    msp_id: (row) => plain(row.mspId),
    site_id: (row) => plain(row.siteId),
    site: (row) => text(row.site),
    installation_id: (row) => plain(row.installationId),
    activated_at: (row) => plain(row.activatedAt),
    enrolled_by: (row) => plain(row.enrolledBy),
    silent: (row) => yesNo(row.silent),
    replaced_by: (row) => plain(row.replacedBy),
    replaced_at: (row) => plain(row.replacedAt),
    replaced_for_free: (row) => yesNo(row.replacedForFree),
    retired_at: (row) => plain(row.retiredAt),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select r.msp_id as "mspId", r.site_id as "siteId", r.facts ->> 'siteName' as site, i.id as "installationId",
         i.activated_at as "activatedAt", i.enrolled_by as "enrolledBy",
         (r.facts -> 'silentInstallationIds') @> to_jsonb(i.id::text) as silent,
         case when i.replaced_at < r.reconciled_at then i.replaced_by end as "replacedBy",
         case when i.replaced_at < r.reconciled_at then i.replaced_at end as "replacedAt",
         case when i.replaced_at < r.reconciled_at then i.replaced_for_free end as "replacedForFree",
         case when i.retired_at < r.reconciled_at then i.retired_at end as "retiredAt"
       from reconciled_site r
       join installation i on i.msp_id = r.msp_id and i.site_id = r.site_id and i.activated_at < r.reconciled_at
       where r.programme_code = :programme and r.period = :period
       order by r.msp_id, r.site_id, i.activated_at, i.id`,
      { programme, period },
    ),
);
