import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';
import { USAGE_RULES } from './usageRules.js';

/** A cap that holds in a month, beside what was used. Quantities in the meter's unit. */
export interface CapUse {
  mspId: string;
  mspName: string;
  programme: string;
  tenantId: string;
  tenantRef: string;
  tenantName: string;
  meter: string;
  cap: number;
  fromPeriod: Period;
  /** By the tenant and all units below it, as it is billed by the rules, before people decide and silent sites are estimated. */
  used: number;
  /** By how much that exceeds the cap; 0: it does not. */
  over: number;
}

export interface CapFilter {
  period: Period;
  programme?: string | undefined;
  mspId?: string | undefined;
  tenantId?: string | undefined;
  meter?: string | undefined;
  /** Only those that are exceeded, or that are not. */
  over?: boolean | undefined;
  limit: number;
  after?: [mspId: string, programme: string, tenantId: string, meter: string] | undefined;
}

/**
 * Caps that hold in the month, as far as the reader sees their tenants; those after the cursor. Usage is added up for these
 * alone, and of a page alone unless it is asked which are exceeded (kontor_usage, which gives readers what is theirs).
 */
export async function capList(trx: Trx, filter: CapFilter): Promise<CapUse[]> {
  const [afterMsp, afterProgramme, afterTenant, afterMeter] = filter.after ?? [null, null, null, null];
  const found = await rows<Omit<CapUse, 'used' | 'over'> & { used: string; over: string }>(
    trx,
    `with recursive set as materialized (
       select distinct on (c.msp_id, c.programme_code, c.tenant_id, c.meter) c.*
       from subscription_cap c
       where c.from_period <= :period and (:mspId::uuid is null or c.msp_id = :mspId::uuid)
         and (:programme::text is null or c.programme_code = :programme)
         and (:tenantId::uuid is null or c.tenant_id = :tenantId::uuid) and (:meter::text is null or c.meter = :meter)
         and (:afterMsp::uuid is null or (c.msp_id, c.programme_code, c.tenant_id, c.meter)
           > (:afterMsp::uuid, :afterProgramme::text, :afterTenant::uuid, :afterMeter::text))
       order by c.msp_id, c.programme_code, c.tenant_id, c.meter, c.from_period desc
     ), page as materialized (
       select s.*, m.name as msp_name, t.ref as tenant_ref, t.name as tenant_name
       from set s
       join company m on m.id = s.msp_id
       join tenant t on t.msp_id = s.msp_id and t.id = s.tenant_id
       where s.quantity is not null
       order by s.msp_id, s.programme_code, s.tenant_id, s.meter
       limit case when :over::boolean is null then :limit::int end
     ), unit as (
       select distinct msp_id, tenant_id as capped, tenant_id as id from page
       union
       select u.msp_id, u.capped, t.id from unit u join tenant t on t.msp_id = u.msp_id and t.parent_id = u.id
     ), served as materialized (
       select u.msp_id, array_agg(distinct a.site_id) as sites
       from unit u join site_tenant a on a.msp_id = u.msp_id and a.tenant_id = u.id
       where a.from_period <= :period and (a.until_period is null or a.until_period > :period)
       group by u.msp_id
     ), usage as materialized (
       select s.msp_id, k.programme_code, k.tenant_id, k.meter, sum(k.counted) as counted
       from served s cross join lateral kontor_usage(s.msp_id, :period, s.sites, :rules::jsonb) k
       group by 1, 2, 3, 4
     ), used as (
       select p.*, coalesce((select sum(g.counted) from unit u
         join usage g on g.msp_id = u.msp_id and g.tenant_id = u.id and g.programme_code = p.programme_code and g.meter = p.meter
         where u.msp_id = p.msp_id and u.capped = p.tenant_id), 0) as used
       from page p
     )
     select msp_id as "mspId", msp_name as "mspName", programme_code as programme, tenant_id as "tenantId",
       tenant_ref as "tenantRef", tenant_name as "tenantName", meter, quantity as cap, from_period as "fromPeriod", used,
       greatest(used - quantity, 0) as over
     from used where :over::boolean is null or (used > quantity) = :over
     order by msp_id, programme_code, tenant_id, meter limit :limit`,
    {
      ...{ period: filter.period, rules: USAGE_RULES },
      programme: filter.programme ?? null,
      mspId: filter.mspId ?? null,
      tenantId: filter.tenantId ?? null,
      meter: filter.meter ?? null,
      over: filter.over ?? null,
      ...{ afterMsp, afterProgramme, afterTenant, afterMeter },
      limit: filter.limit,
    },
  );
  return found.map((row) => ({ ...row, used: Number(row.used), over: Number(row.over) }));
}
