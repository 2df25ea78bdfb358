import type { MeterCode } from '../domain/catalog/index.js';
import type { Day, Period } from '../domain/period.js';
import type { SiteKind } from '../domain/site.js';
import type { Locale } from '../locales/index.js';
import { number, recordsCsv, text, type Columns, type CsvForm } from './records.js';

/** What the sites of an MSP, or one of them, reported of a month: the "deployed agents report". It determines the PDF's bytes. */
export interface UsageReport {
  /** Number and zone: null for readers who see its name alone. */
  msp: { name: string; registrationNumber: string | null; zone: string | null };
  /** Its name, as the programme's. */
  vendor: string;
  programme: string;
  period: Period;
  locale: Locale;
  /** The month's last day: not the wall clock. */
  date: Day;
  sites: UsageReportSite[];
}

export interface UsageReportSite {
  siteId: string;
  siteName: string;
  kind: SiteKind;
  product: string;
  /** When its newest report came, whatever is in it, and on which day of the MSP's zone; null: none did. */
  reportedAt: Date | null;
  reportedOn: Day | null;
  /** Empty: nothing of it is the reader's. Where a report came all the same, that says there was nothing. */
  counts: UsageReportCount[];
}

/** Counts in the meter's unit. */
export interface UsageReportCount {
  reference: string | null;
  tenantRef: string | null;
  tenantName: string | null;
  meter: MeterCode;
  /** By the reports of its installations, added; null: none came. */
  reported: number | null;
  /** The highest of a day by the check-ins of each installation, added, and when that was first, in the MSP's zone. */
  highest: number | null;
  highestOn: Day | null;
  /** What the check-ins come to by the meter's aggregation (rule 2): the highest, the sum of the days, or the last. */
  observed: number | null;
  /** What counts of both (rule 3), before people decide and silent sites are estimated. */
  counted: number;
}

/** What a site without counts comes to: nothing where it reported, and nobody knows where it did not. */
export const nothingOf = ({ reportedAt }: UsageReportSite): 0 | null => (reportedAt === null ? null : 0);

interface ReportRecord {
  report: UsageReport;
  site: UsageReportSite;
  /** Null: nothing came of the site. */
  count: UsageReportCount | null;
}

const COLUMNS: Columns<ReportRecord> = [
  ['msp_name', ({ report }) => text(report.msp.name)],
  ['msp_registration_number', ({ report }) => text(report.msp.registrationNumber)],
  ['programme', ({ report }) => text(report.programme)],
  ['period', ({ report }) => text(report.period)],
  ['site', ({ site }) => text(site.siteName)],
  ['site_id', ({ site }) => text(site.siteId)],
  ['site_kind', ({ site }) => text(site.kind)],
  ['product', ({ site }) => text(site.product)],
  ['reported_at', ({ site }) => text(site.reportedAt?.toISOString() ?? null)],
  ['reference', ({ count }) => text(count?.reference ?? null)],
  ['tenant', ({ count }) => text(count?.tenantName ?? null)],
  ['tenant_ref', ({ count }) => text(count?.tenantRef ?? null)],
  ['meter', ({ count }) => text(count?.meter ?? null)],
  ['reported', ({ site, count }) => number(count === null ? nothingOf(site) : count.reported)],
  ['highest', ({ count }) => number(count?.highest ?? null)],
  ['highest_on', ({ count }) => text(count?.highestOn ?? null)],
  ['observed', ({ count }) => number(count?.observed ?? null)],
  ['counted', ({ site, count }) => number(count === null ? nothingOf(site) : count.counted)],
];

/** The report as CSV: a record for each site, reference and meter; of a site of which nothing came one without a meter. */
export function usageReportCsv(report: UsageReport, form: CsvForm = 'plain'): Buffer {
  const records = report.sites.flatMap((site): ReportRecord[] =>
    (site.counts.length === 0 ? [null] : site.counts).map((count) => ({ report, site, count })),
  );
  return recordsCsv(COLUMNS, records, form);
}

/** Rows of its tables, about. */
export function usageReportLines({ sites }: UsageReport): number {
  return sites.reduce((sum, { counts }) => sum + Math.max(1, counts.length), 0);
}
