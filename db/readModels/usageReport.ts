import { KontorError } from '../../domain/errors.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import { periodDays, type Period } from '../../domain/period.js';
import type { SiteKind } from '../../domain/site.js';
import { localeOf } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';
import { findProgramme } from '../programmes/programmeStore.js';

/** What a site had of one meter under one of its references. Counts, in the meter's unit. */
export interface ReportedCount {
  reference: string | null;
  tenantRef: string | null;
  tenantName: string | null;
  meter: MeterCode;
  /** By the site's own report; null: none came. */
  reported: number | null;
  /** By its check-ins: the highest of a day, and the first day that came to it, in the MSP's zone. */
  highest: number | null;
  highestOn: string | null;
}

export interface ReportedSite {
  siteId: string;
  siteName: string;
  kind: SiteKind;
  product: string;
  /** When the newest of its reports came; null: none did. */
  reportedAt: Date | null;
  /** Empty: nothing came of that month. */
  counts: ReportedCount[];
}

interface Row extends Omit<ReportedSite, 'counts'>, Omit<ReportedCount, 'reported' | 'highest' | 'meter'> {
  meter: MeterCode | null;
  reported: string | null;
  highest: string | null;
}

const toNumber = (count: string | null) => (count === null ? null : Number(count));

/**
 * What the sites of an MSP reported of a month in a programme ("deployed agents report"), or one of them, as far as the reader
 * sees it: sites by name, also those of which nothing came. NOT_FOUND where the reader sees no such MSP in the programme, or
 * no such site.
 */
export async function usageReport(
  trx: Trx,
  {
    mspId,
    programme,
    period,
    siteId,
  }: { mspId: string; programme: string; period: Period; siteId?: string | undefined },
) {
  const [msp] = await rows<{ name: string; registrationNumber: string; locale: string; zone: string }>(
    trx,
    `select name, registration_number as "registrationNumber", locale, zone
     from kontor_usage_party(:mspId, :programme, :period)`,
    { mspId, programme, period },
  );
  const offered = await findProgramme(trx, programme);
  if (msp === undefined || offered === undefined) {
    throw new KontorError('NOT_FOUND', 'There is no such MSP in this programme.');
  }
  const found = await rows<Row>(
    trx,
    `with used as (
       select * from kontor_usage(:mspId, :period, case when :siteId::uuid is not null then array[:siteId::uuid] end)
       where programme_code = :programme
     )
     select * from (
     select site_id as "siteId", site_name as "siteName", site_kind as kind, product,
       max(reported_at) over (partition by site_id) as "reportedAt", reference, tenant_ref as "tenantRef",
       tenant_name as "tenantName", meter, reported, highest, highest_on as "highestOn"
     from used
     union all
     select s.id, s.name, s.kind, s.product, null, null, null, null, null, null, null, null from site s
     where s.msp_id = :mspId and s.programme_code = :programme and (:siteId::uuid is null or s.id = :siteId::uuid)
       and (:siteId::uuid is not null or s.from_period <= :period and s.state = 'active')
       and s.id not in (select site_id from used)
     ) report
     order by "siteName" collate "C", "siteId", reference collate "C" nulls first, meter`,
    { mspId, programme, period, siteId: siteId ?? null },
  );
  if (siteId !== undefined && found.length === 0) throw new KontorError('NOT_FOUND', 'This MSP has no such site.');
  const sites = new Map<string, ReportedSite>();
  for (const { siteId: id, siteName, kind, product, reportedAt, meter, reported, highest, ...of } of found) {
    const site = sites.get(id) ?? { siteId: id, siteName, kind, product, reportedAt, counts: [] };
    sites.set(id, site);
    if (meter !== null) site.counts.push({ ...of, meter, reported: toNumber(reported), highest: toNumber(highest) });
  }
  const { locale, ...named } = msp;
  return {
    ...{ msp: named, vendor: offered.vendor.name, programme: offered.name, period, locale: localeOf(locale) },
    date: periodDays(period).last,
    sites: [...sites.values()],
  };
}
