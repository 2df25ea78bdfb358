import type { Rights } from '../../domain/access/may.js';
import { PRODUCTS } from '../../domain/catalog/index.js';
import { productsOf } from '../programmes/enabledProducts.js';
import { CHANGES } from '../programmes/subscriptionStore.js';
import { rows, type Trx } from '../connect.js';
import { audiencesOf } from './documentAudience.js';

/**
 * Of which products of a programme the reader may download the software at `at`, by their codes; none: the programme is none of
 * its business, or it uses nothing there. The partner team and a distributor of the programme: all. An approved MSP: those that
 * are open or were enabled for it. Customers, and those who act for them: what one of their tenants has a site, a subscription
 * or a running or coming term licence of, at an approved MSP. Nothing ties a reseller or a partner to a product.
 */
export async function downloadableProducts(
  trx: Trx,
  programme: string,
  { view, companyId }: Pick<Rights, 'view' | 'companyId'>,
  at: Date,
): Promise<string[]> {
  switch (view) {
    case 'vendor':
    case 'distributor': {
      const audiences = await audiencesOf(trx, programme, { view, companyId });
      return audiences === undefined ? [] : PRODUCTS.map(({ code }) => code);
    }
    case 'service_provider': {
      if ((await audiencesOf(trx, programme, { view, companyId })) === undefined) return [];
      const products = await productsOf(trx, { mspId: companyId, programme }, at);
      return products.filter(({ enabled }) => enabled !== 'none').map(({ product }) => product);
    }
    case 'customer':
    case 'system_integrator':
      return usedByTenants(trx, programme, at);
    case 'reseller':
    case 'partner':
      return [];
  }
}

/** What the tenants that the reader sees have in use, as far as row level security shows it. Days and months of the programme. */
async function usedByTenants(trx: Trx, programme: string, at: Date): Promise<string[]> {
  const found = await rows<{ product: string }>(
    trx,
    `with today as (select (:at::timestamptz at time zone v.zone)::date as day from kontor_settings(:programme) v)
     select distinct u.product from today cross join lateral (
       select s.msp_id, s.product from site s where s.programme_code = :programme and s.state <> 'retired'
       union all
       select l.msp_id, s.product from term_licence l
         join site s on s.msp_id = l.msp_id and s.id = l.site_id and s.programme_code = :programme
         where l.ends_on > greatest(l.starts_on, today.day)
       union all
       select c.msp_id, c.product from (${CHANGES} where programme_code = :programme) c
         where c.kind <> 'ended' and (c.until_period is null or c.until_period > to_char(today.day, 'YYYY-MM'))
     ) u
     join participation p on p.msp_id = u.msp_id and p.programme_code = :programme and p.state = 'approved'
     order by 1`,
    { programme, at },
  );
  return found.map(({ product }) => product);
}
