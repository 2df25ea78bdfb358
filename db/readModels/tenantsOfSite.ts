import { rows, type Trx } from '../connect.js';

/** The tenants a site serves from now on: id by the tenant's own reference. */
export async function tenantsOfSite(trx: Trx, mspId: string, siteId: string): Promise<Map<string, string>> {
  const found = await rows<{ ref: string; id: string }>(
    trx,
    `select t.ref, t.id from site_tenant st join tenant t on t.msp_id = st.msp_id and t.id = st.tenant_id
     where st.msp_id = :mspId and st.site_id = :siteId and st.until_period is null`,
    { mspId, siteId },
  );
  return new Map(found.map(({ ref, id }) => [ref, id]));
}
