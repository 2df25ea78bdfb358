import type { PricedLicence } from '../../domain/licences/termPrice.js';
import { periodDays } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import { skippedBefore } from './skippedBefore.js';

/**
 * Licences of sites of the programme that hold, or were to hold, in the period or in months right before it that were skipped: the
 * MSPs' statements bill them.
 */
export async function licencesBilledIn(
  trx: Trx,
  { programme, period, ids }: RunKey & { ids: readonly string[] },
): Promise<(PricedLicence & { mspId: string })[]> {
  const [earliest = period] = await skippedBefore(trx, { programme, period });
  const { first } = periodDays(earliest);
  const { last } = periodDays(period);
  return rows<PricedLicence & { mspId: string }>(
    trx,
    `select l.msp_id as "mspId", l.id as "licenceId", l.site_id as "siteId", s.name as "siteName",
       l.tenant_id as "tenantId", t.name as "tenantName", l.meter, l.count, l.starts_on as "startsOn",
       l.ends_on as "endsOn", l.agreed_until as "agreedUntil", l.years, l.extends, l.term_starts_on as "termStartsOn",
       l.unit_price::text as "unitPrice", l.price_currency as "priceCurrency", l.billing, l.instalments
     from term_licence l
     join site s on s.msp_id = l.msp_id and s.id = l.site_id and s.programme_code = :programme
     left join tenant t on t.msp_id = l.msp_id and t.id = l.tenant_id
     where l.msp_id = any(:ids) and l.starts_on <= :last and l.agreed_until >= :first
     order by l.msp_id, l.starts_on, l.id`,
    { programme, ids: [...ids], first, last },
  );
}
