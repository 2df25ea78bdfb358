import { rows, type Trx } from '../connect.js';

/** What lists can be filtered by, each by the name of its parameter. */
export const FILTERS = [
  ...(['programme', 'companyId', 'parentId', 'mspId', 'distributorId', 'siteId', 'tenantId'] as const),
  ...(['statementId', 'billingPackId'] as const),
];
export type Filters = Partial<Record<(typeof FILTERS)[number], string | undefined>>;

/** Who takes part in a programme, bills in it, or serves a territory of it sees that it is there, as does the partner team. */
const PROGRAMME = `select from programme g where g.code = :programme and ((select kontor_scope()) = 'all'
  or exists (select from participation p where p.programme_code = g.code)
  or exists (select from participation_distributor d where d.programme_code = g.code)
  or exists (select from territory t where t.programme_code = g.code and t.distributor_id = (select kontor_distributor())))`;

/** The first filter that names nothing the reader may see, be it unknown or somebody else's; undefined: there is none. */
export async function unknownFilter(trx: Trx, filters: Filters): Promise<(typeof FILTERS)[number] | undefined> {
  const asked = Object.fromEntries(FILTERS.map((name) => [name, filters[name] ?? null]));
  const [there] = await rows<Record<(typeof FILTERS)[number], boolean>>(
    trx,
    `select exists(${PROGRAMME}) as programme,
       exists(select from company where id = :companyId) as "companyId",
       exists(select from company where id = :parentId) as "parentId",
       exists(select from company_view where company_id = :mspId and view = 'service_provider') as "mspId",
       exists(select from company_view where company_id = :distributorId and view = 'distributor') as "distributorId",
       exists(select from site where id = :siteId) as "siteId",
       exists(select from tenant where id = :tenantId) as "tenantId",
       exists(select from statement where id = :statementId) as "statementId",
       exists(select from billing_pack where id = :billingPackId) as "billingPackId"`,
    asked,
  );
  return FILTERS.find((name) => asked[name] !== null && there?.[name] !== true);
}
