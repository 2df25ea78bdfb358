import { rows, type Trx } from '../connect.js';

/** Whether a site that a limited reader sees serves none but its tenants; undefined: it sees no such site. */
export async function isWholeSite(trx: Trx, site: { mspId: string; siteId: string }): Promise<boolean | undefined> {
  const [row] = await rows<{ whole: boolean }>(
    trx,
    'select id = any(kontor_whole_sites()) as whole from site where msp_id = :mspId and id = :siteId',
    site,
  );
  return row?.whole;
}

/** The same of a tenant: with every unit below it, and every site that uses one of its keys. */
export async function isWholeTenant(
  trx: Trx,
  tenant: { mspId: string; tenantId: string },
): Promise<boolean | undefined> {
  const [row] = await rows<{ whole: boolean }>(
    trx,
    'select id = any(kontor_whole_tenants()) as whole from tenant where msp_id = :mspId and id = :tenantId',
    tenant,
  );
  return row?.whole;
}
