import { rows, type Trx } from '../connect.js';

/** What lists can be filtered by, each by the name of its parameter. */
export const FILTERS = ['programme', 'companyId', 'mspId', 'distributorId', 'siteId', 'tenantId'] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string | undefined>>;

/** The first filter that names nothing the reader may see, be it unknown or somebody else's; undefined: there is none. */
export async function unknownFilter(trx: Trx, filters: Filters): Promise<(typeof FILTERS)[number] | undefined> {
  const asked = Object.fromEntries(FILTERS.map((name) => [name, filters[name] ?? null]));
  const [there] = await rows<Record<(typeof FILTERS)[number], boolean>>(
    trx,
    `select exists(select from programme where code = :programme) as programme,
       exists(select from company where id = :companyId) as "companyId",
       exists(select from company_view where company_id = :mspId and view = 'service_provider') as "mspId",
       exists(select from company_view where company_id = :distributorId and view = 'distributor') as "distributorId",
       exists(select from site where id = :siteId) as "siteId",
       exists(select from tenant where id = :tenantId) as "tenantId"`,
    asked,
  );
  return FILTERS.find((name) => asked[name] !== null && there?.[name] !== true);
}
