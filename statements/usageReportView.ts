import { aggregationOf, type MeterCode } from '../domain/catalog/index.js';
import { compareTexts } from '../domain/compareTexts.js';
import type { Day } from '../domain/period.js';
import { SITE_KINDS, type SiteKind } from '../domain/site.js';
import { formatDay, formatPeriod, formatQuantity, meterParts, messagesFor } from '../locales/index.js';
import { withCodes } from './fonts/runs.js';
import { nothingOf, type UsageReport, type UsageReportSite } from './usageReport.js';
import { body, small, strong, warning, type AttachmentView, type Cell, type FooterView } from './views/types.js';
import type { HeaderView, Section } from './views/types.js';

/** Every string the report prints, in its language and in the order of the document. */
export interface UsageReportView {
  lang: string;
  title: string;
  date: Day;
  header: HeaderView;
  intro: string;
  totals: Section;
  sites: Section;
  footer: FooterView;
  attachment: AttachmentView;
}

/** Data to words. Pure. */
export function buildUsageReportView(report: UsageReport): UsageReportView {
  const { locale, msp, programme, sites } = report;
  const { usageReport: words, statement } = messagesFor(locale);
  const period = formatPeriod(report.period, locale);
  const [first, ...others] = sites;
  const subject = first !== undefined && others.length === 0 ? `${msp.name}, ${first.siteName}` : msp.name;
  const of = (kind: SiteKind) => formatQuantity(sites.filter((site) => site.kind === kind).length, locale);
  return {
    lang: locale,
    title: words.title(period, subject),
    date: report.date,
    header: {
      issuer: report.vendor,
      documentName: words.documentName,
      number: period,
      parties: [
        {
          label: words.facts.msp,
          name: msp.name,
          lines: msp.registrationNumber === null ? [] : [statement.registrationNumber(msp.registrationNumber)],
        },
      ],
      facts: [
        { label: words.facts.programme, value: programme },
        { label: statement.facts.period, value: period },
        ...(msp.zone === null ? [] : [{ label: statement.facts.zone, value: msp.zone }]),
        ...SITE_KINDS.map((kind) => ({ label: words.sitesOf[kind], value: of(kind) })),
      ],
    },
    intro: words.intro,
    totals: totalsSection(report),
    sites: sitesSection(report),
    footer: {
      text: [words.documentName, subject, period].join(' · '),
      page: (page, pages) => statement.page(String(page), String(pages)),
    },
    attachment: { name: `usage-report-${report.period}.csv`, description: words.attachment },
  };
}

function totalsSection({ locale, sites }: UsageReport): Section {
  const words = messagesFor(locale).usageReport;
  const totals = new Map<MeterCode, Record<SiteKind, number>>();
  for (const { kind, counts } of sites) {
    for (const { meter, counted } of counts) {
      const total = totals.get(meter) ?? { managed: 0, standalone: 0 };
      totals.set(meter, { ...total, [kind]: total[kind] + counted });
    }
  }
  const rows = [...totals].sort(([a], [b]) => compareTexts(a, b));
  return {
    title: words.totals,
    intro:
      rows.length > 0 ? null : sites.some(({ reportedAt }) => reportedAt !== null) ? words.nothingUsed : words.nothing,
    columns: [words.columns.meter, ...SITE_KINDS.map((kind) => words.kinds[kind]), words.columns.total],
    rows: rows.map(([meter, total]) => [
      meterCell(meter, locale),
      ...SITE_KINDS.map((kind) => [body(formatQuantity(total[kind], locale))]),
      [strong(formatQuantity(total.managed + total.standalone, locale))],
    ]),
  };
}

function meterCell(meter: MeterCode, locale: UsageReport['locale']): Cell {
  const { product, unit } = meterParts(meter, locale);
  return [body(unit), small(product)];
}

function sitesSection(report: UsageReport): Section {
  const { columns, bySite } = messagesFor(report.locale).usageReport;
  return {
    title: bySite,
    intro: null,
    columns: [
      ...[columns.site, columns.tenant, columns.meter, columns.reported, columns.highest, columns.highestOn],
      columns.counted,
    ],
    rows: report.sites.flatMap((site) => siteRows(site, report.locale)),
  };
}

function siteRows(site: UsageReportSite, locale: UsageReport['locale']): Cell[][] {
  const { usageReport: words, statement } = messagesFor(locale);
  const quantity = (count: number | null) => (count === null ? '–' : formatQuantity(count, locale));
  const said =
    site.reportedOn === null ? warning(words.noReport) : small(words.reportedOn(formatDay(site.reportedOn, locale)));
  const name: Cell = [body(site.siteName), small(words.kinds[site.kind]), said];
  if (site.counts.length === 0) {
    const nothing = quantity(nothingOf(site));
    return [[name, [], [], [body(nothing)], [body('–')], [body('–')], [strong(nothing)]]];
  }
  return site.counts.map((count, index) => [
    index === 0 ? name : [small(site.siteName)],
    [
      body(count.tenantName ?? statement.usage.unassigned),
      ...(count.reference === null ? [] : [small(withCodes(count.reference))]),
    ],
    meterCell(count.meter, locale),
    [body(quantity(count.reported))],
    [body(quantity(count.observed))],
    // A sum is of all days, and the last count of none that is known.
    [
      body(
        count.highestOn === null || aggregationOf(count.meter) !== 'peak' ? '–' : formatDay(count.highestOn, locale),
      ),
    ],
    [strong(quantity(count.counted))],
  ]);
}
