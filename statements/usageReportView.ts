import { compareTexts } from '../domain/compareTexts.js';
import type { MeterCode } from '../domain/catalog/index.js';
import { dayOf, type Day } from '../domain/period.js';
import { SITE_KINDS, type SiteKind } from '../domain/site.js';
import { formatDay, formatPeriod, formatQuantity, meterParts, messagesFor } from '../locales/index.js';
import type { UsageReport, UsageReportCount, UsageReportSite } from './usageReport.js';
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
        { label: words.facts.msp, name: msp.name, lines: [statement.registrationNumber(msp.registrationNumber)] },
      ],
      facts: [
        { label: words.facts.programme, value: programme },
        { label: statement.facts.period, value: period },
        { label: statement.facts.zone, value: msp.zone },
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

/** The number that stands for a count: what the site reported, else what was seen of it. */
const numberOf = ({ reported, highest }: UsageReportCount) => reported ?? highest ?? 0;

function totalsSection({ locale, sites }: UsageReport): Section {
  const words = messagesFor(locale).usageReport;
  const totals = new Map<MeterCode, Record<SiteKind, number>>();
  for (const { kind, counts } of sites) {
    for (const count of counts) {
      const total = totals.get(count.meter) ?? { managed: 0, standalone: 0 };
      totals.set(count.meter, { ...total, [kind]: total[kind] + numberOf(count) });
    }
  }
  const rows = [...totals].sort(([a], [b]) => compareTexts(a, b));
  return {
    title: words.totals,
    intro: rows.length === 0 ? words.nothing : null,
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
    columns: [columns.site, columns.tenant, columns.meter, columns.reported, columns.highest, columns.highestOn],
    rows: report.sites.flatMap((site) => siteRows(site, report)),
  };
}

function siteRows(site: UsageReportSite, { locale, msp }: UsageReport): Cell[][] {
  const { usageReport: words, statement } = messagesFor(locale);
  const quantity = (count: number | null) => (count === null ? '–' : formatQuantity(count, locale));
  const said =
    site.reportedAt === null
      ? warning(words.noReport)
      : small(words.reportedOn(formatDay(dayOf(site.reportedAt, msp.zone), locale)));
  const name: Cell = [body(site.siteName), small(words.kinds[site.kind]), said];
  if (site.counts.length === 0) return [[name, [], [], [body('–')], [body('–')], [body('–')]]];
  return site.counts.map((count, index) => [
    index === 0 ? name : [small(site.siteName)],
    [
      body(count.tenantName ?? statement.usage.unassigned),
      ...(count.reference === null ? [] : [small(count.reference)]),
    ],
    meterCell(count.meter, locale),
    [strong(quantity(count.reported))],
    [body(quantity(count.highest))],
    [body(count.highestOn === null ? '–' : formatDay(count.highestOn, locale))],
  ]);
}
