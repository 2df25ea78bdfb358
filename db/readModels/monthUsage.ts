import type { Period } from '../../domain/period.js';
import type { SiteKind } from '../../domain/site.js';
import { rows, type Trx } from '../connect.js';
import { USAGE_RULES } from './usageRules.js';

/** What arrived of a month from one site under one reference, of one meter. Counts, in the meter's unit. */
export interface MonthUsage {
  siteId: string;
  siteName: string;
  siteKind: SiteKind;
  programme: string;
  /** What the site calls it; null: it named none. */
  reference: string | null;
  /** The unit that the reference stands for in that month; null, as its names: unassigned. */
  tenantId: string | null;
  tenantRef: string | null;
  tenantName: string | null;
  meter: string;
  /**
   * Of its days, by the MSP's zone: the highest and when that was first, their sum, the last; of several installations each found
   * for itself, and added. Null: no check-in.
   */
  highest: number | null;
  highestOn: string | null;
  sum: number | null;
  last: number | null;
  /** By the reports of the latest revision, 0 where they do not mention it; null: none came. */
  reported: number | null;
  /** What is billed of that by the rules, before people decide and silent sites are estimated. */
  counted: number;
}

export interface UsageFilter {
  mspId: string;
  period: Period;
  siteId?: string | undefined;
  tenantId?: string | undefined;
  meter?: string | undefined;
  limit: number;
  after?: [siteName: string, siteId: string, reference: string | null, meter: string] | undefined;
}

type Count = string | null;
type Row = Omit<MonthUsage, 'highest' | 'sum' | 'last' | 'reported' | 'counted'> &
  Record<'highest' | 'sum' | 'last' | 'reported', Count> & { counted: string };

function toNumber(count: Count): number | null {
  return count === null ? null : Number(count);
}

/**
 * An MSP's usage of a month as far as the reader sees it (kontor_usage splits it by tenant), by site, reference and meter;
 * that after the cursor.
 */
export async function monthUsage(trx: Trx, filter: UsageFilter): Promise<MonthUsage[]> {
  const [afterName, afterSite, afterReference, afterMeter] = filter.after ?? [null, null, null, null];
  const found = await rows<Row>(
    trx,
    `select site_id as "siteId", site_name as "siteName", site_kind as "siteKind", programme_code as programme, reference, tenant_id as "tenantId",
       tenant_ref as "tenantRef", tenant_name as "tenantName", meter, highest, highest_on as "highestOn", total as sum, last,
       reported, counted
     from kontor_usage(:mspId, :period, case when :siteId::uuid is not null then array[:siteId::uuid] end, :rules::jsonb)
     where (:tenantId::uuid is null or tenant_id = :tenantId::uuid)
       and (:meter::text is null or meter = :meter)
       and (:afterSite::uuid is null or (site_name collate "C", site_id, coalesce(reference, '') collate "C", meter)
         > (:afterName::text collate "C", :afterSite::uuid, coalesce(:afterReference::text, '') collate "C", :afterMeter::text))
     order by site_name collate "C", site_id, coalesce(reference, '') collate "C", meter limit :limit`,
    {
      mspId: filter.mspId,
      period: filter.period,
      siteId: filter.siteId ?? null,
      rules: USAGE_RULES,
      tenantId: filter.tenantId ?? null,
      meter: filter.meter ?? null,
      ...{ afterName, afterSite, afterReference, afterMeter },
      limit: filter.limit,
    },
  );
  return found.map((row) => ({
    ...row,
    highest: toNumber(row.highest),
    sum: toNumber(row.sum),
    last: toNumber(row.last),
    reported: toNumber(row.reported),
    counted: Number(row.counted),
  }));
}
