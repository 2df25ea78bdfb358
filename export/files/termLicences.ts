import { cursorRows } from '../../db/cursorRows.js';
import { skippedBefore } from '../../db/closing/skippedBefore.js';
import type { Trx } from '../../db/connect.js';
import { periodDays } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  mspId: string;
  id: string;
  orderId: string;
  siteId: string;
  site: string;
  tenantId: string | null;
  meter: string;
  count: number;
  startsOn: string;
  endsOn: string;
  agreedUntil: string;
  termStartsOn: string;
  years: number;
  extends: string | null;
  renews: string | null;
  unitPrice: string;
  currency: string;
  billing: string;
  instalments: number;
  endReason: string | null;
  approvedAt: Date;
  approvedBy: string;
}

/** Licences may fall due in months that were skipped: the month after them bills those. */
async function* licencesOf(trx: Trx, key: RunKey): AsyncGenerator<Row> {
  const [earliest = key.period] = await skippedBefore(trx, key);
  yield* cursorRows<Row>(
    trx,
    `select l.msp_id as "mspId", l.id, l.order_id as "orderId", l.site_id as "siteId", s.name as site,
       l.tenant_id as "tenantId", l.meter, l.count, l.starts_on as "startsOn", l.ends_on as "endsOn",
       l.agreed_until as "agreedUntil", l.term_starts_on as "termStartsOn", l.years, l.extends, l.renews,
       l.unit_price::text as "unitPrice", l.price_currency as currency, l.billing, l.instalments,
       l.end_reason as "endReason", o.decided_at as "approvedAt", o.decided_by as "approvedBy"
     from term_licence l
     join site s on s.msp_id = l.msp_id and s.id = l.site_id and s.programme_code = :programme
     join purchase_order o on o.msp_id = l.msp_id and o.id = l.order_id
     where l.starts_on <= :last and l.agreed_until >= :first
     order by l.msp_id, l.starts_on, l.id`,
    { programme: key.programme, first: periodDays(earliest).first, last: periodDays(key.period).last },
  );
}

/** The term licences that hold, or were to hold, on at least a day of the month or of one skipped right before it, with the order each came from. */
export const termLicences = tableOf<Row>(
  'term_licences.csv',
  {
    msp_id: (row) => plain(row.mspId),
    licence_id: (row) => plain(row.id),
    order_id: (row) => plain(row.orderId),
    site_id: (row) => plain(row.siteId),
    site: (row) => text(row.site),
    tenant_id: (row) => plain(row.tenantId),
    meter: (row) => plain(row.meter),
    count: (row) => plain(row.count),
    starts_on: (row) => plain(row.startsOn),
    ends_on: (row) => plain(row.endsOn),
    agreed_until: (row) => plain(row.agreedUntil),
    term_starts_on: (row) => plain(row.termStartsOn),
    years: (row) => plain(row.years),
    extends: (row) => plain(row.extends),
    renews: (row) => plain(row.renews),
    unit_price_per_year: (row) => plain(row.unitPrice),
    currency: (row) => plain(row.currency),
    billing: (row) => plain(row.billing),
    instalments: (row) => plain(row.instalments),
    end_reason: (row) => text(row.endReason),
    approved_at: (row) => plain(row.approvedAt),
    approved_by: (row) => text(row.approvedBy),
  },
  licencesOf,
);
