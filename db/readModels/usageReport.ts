import { KontorError } from '../../domain/errors.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import { periodDays, type Period } from '../../domain/period.js';
import type { SiteKind } from '../../domain/site.js';
import { localeOf } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';
import { findProgramme } from '../programmes/programmeStore.js';
import { USAGE_RULES } from './usageRules.js';

/** What a site had of one meter under one of its references. Counts, in the meter's unit. */
export interface ReportedCount {
  reference: string | null;
  tenantRef: string | null;
  tenantName: string | null;
  meter: MeterCode;
  /** By the reports of its installations, added; null: none came. */
  reported: number | null;
  /**
   * By the check-ins of each installation, added: the highest of a day, and the first day that came to it, in the MSP's zone;
   * what they come to by the meter's aggregation (rule 2).
   */
  highest: number | null;
  highestOn: string | null;
  observed: number | null;
  /** What is billed of that by the rules, before people decide and silent sites are estimated. */
  counted: number;
}

export interface ReportedSite {
  siteId: string;
  siteName: string;
  kind: SiteKind;
  product: string;
  /** When the newest of its reports came, whatever is in it, and on which day of the MSP's zone; null: none did. */
  reportedAt: Date | null;
  reportedOn: string | null;
  /** Empty: nothing that is the reader's came of that month. */
  counts: ReportedCount[];
}

type Numbers = 'reported' | 'highest' | 'observed' | 'counted';
type Row = Omit<ReportedSite, 'counts'> &
  Omit<ReportedCount, Numbers | 'meter'> &
  Record<Numbers, string | null> & { meter: MeterCode | null };

const toNumber = (count: string | null) => (count === null ? null : Number(count));

/**
 * What the sites of an MSP reported of a month in a programme ("deployed agents report"), or one of them, as far as the reader
 * sees it: by name those that were in use in the month, whatever they are now, also where nothing came of them, and all of which
 * something came. NOT_FOUND where the reader sees no such MSP in the programme, or no such site in the month.
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
  const [msp] = await rows<{ name: string; registrationNumber: string | null; locale: string; zone: string | null }>(
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
    `select s.site_id as "siteId", s.site_name as "siteName", s.site_kind as kind, s.product, s.reported_at as "reportedAt",
       s.reported_on as "reportedOn", u.reference, u.tenant_ref as "tenantRef", u.tenant_name as "tenantName", u.meter,
       u.reported, u.highest, u.highest_on as "highestOn", u.observed, u.counted
     from kontor_usage_sites(:mspId, :programme, :period, :siteId::uuid) s
     left join kontor_usage(:mspId, :period, case when :siteId::uuid is not null then array[:siteId::uuid] end, :rules::jsonb) u
       on u.site_id = s.site_id
     where s.in_use or s.reported_at is not null or u.site_id is not null or :siteId::uuid is not null
     order by s.site_name collate "C", s.site_id, u.reference collate "C" nulls first, u.meter`,
    { mspId, programme, period, siteId: siteId ?? null, rules: USAGE_RULES },
  );
  if (siteId !== undefined && found.length === 0) throw new KontorError('NOT_FOUND', 'This MSP has no such site.');
  const sites = new Map<string, ReportedSite>();
  for (const { siteId: id, siteName, kind, product, reportedAt, reportedOn, meter, ...of } of found) {
    const site = sites.get(id) ?? { siteId: id, siteName, kind, product, reportedAt, reportedOn, counts: [] };
    sites.set(id, site);
    if (meter === null) continue;
    const { reported, highest, observed, counted, ...named } = of;
    site.counts.push({
      ...{ ...named, meter, reported: toNumber(reported), highest: toNumber(highest) },
      ...{ observed: toNumber(observed), counted: Number(counted) },
    });
  }
  const { locale, ...named } = msp;
  return {
    ...{ msp: named, vendor: offered.vendor.name, programme: offered.name, period, locale: localeOf(locale) },
    date: periodDays(period).last,
    sites: [...sites.values()],
  };
}
