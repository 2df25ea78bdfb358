import { describe, expect, it } from '@jest/globals';
import { parsePeriod } from '../../domain/period.js';
import { LOCALES, messagesFor } from '../../locales/index.js';
import { renderUsageReport } from '../../statements/renderUsageReport.js';
import { usageReportCsv, type UsageReport } from '../../statements/usageReport.js';
import { readPdf } from './readPdf.js';

const SERVER = 'backup.server_agent';

function reportOf(change: Partial<UsageReport> = {}): UsageReport {
  const place = { reference: 'north', tenantRef: 'north', tenantName: 'Tenant north', meter: SERVER } as const;
  return {
    msp: { name: 'Müller', registrationNumber: 'HRB 1', zone: 'Europe/Berlin' },
    ...{
      vendor: 'Vendor',
      programme: 'MSP programme',
      period: parsePeriod('2026-05'),
      locale: 'en',
      date: '2026-05-31',
    },
    sites: [
      {
        ...{ siteId: 'a', siteName: 'Office', kind: 'managed', product: 'backup' },
        ...{ reportedAt: new Date('2026-05-31T22:30:00Z'), reportedOn: '2026-06-01' },
        counts: [{ ...place, reported: 1200, highest: 1199, highestOn: '2026-05-10', observed: 1199, counted: 1200 }],
      },
      {
        ...{ siteId: 'b', siteName: '=cmd', kind: 'standalone', product: 'backup', reportedAt: null, reportedOn: null },
        counts: [
          {
            ...{ ...place, reference: null, tenantRef: null, tenantName: null },
            ...{ reported: null, highest: 3, highestOn: null, observed: 3, counted: 3 },
          },
        ],
      },
      {
        ...{ siteId: 'c', siteName: 'Attic', kind: 'standalone', product: 'backup' },
        ...{ reportedAt: null, reportedOn: null, counts: [] },
      },
    ],
    ...change,
  };
}

describe('a usage report', () => {
  it.each(LOCALES)('names in %s its kinds of sites, what came and what did not', (locale) => {
    const { text } = readPdf(renderUsageReport(reportOf({ locale })).bytes);
    const { usageReport: words, statement } = messagesFor(locale);
    for (const said of [
      ...[words.documentName, words.kinds.managed, words.kinds.standalone, words.noReport, words.columns.highest],
      ...[words.totals, words.bySite, statement.usage.unassigned, 'Müller', 'Office', 'Attic'],
    ]) {
      expect(text).toContain(said);
    }
    // Each as that language groups it; what was seen counts where nothing was reported.
    expect(text.replaceAll(/[\s.,\u00a0\u202f]/g, '')).toContain('120031203');
    expect(text).not.toContain('[en]');
  });

  it('says the day of a report in the zone of the MSP', () => {
    expect(readPdf(renderUsageReport(reportOf()).bytes).text).toMatch(/reported on 1 Jun(e)? 2026/);
  });

  it('is the same, byte by byte, for the same numbers, and says so where there are none', () => {
    expect(renderUsageReport(reportOf()).sha256).toBe(renderUsageReport(reportOf()).sha256);
    const empty = readPdf(renderUsageReport(reportOf({ sites: [] })).bytes);
    expect(empty.text).toContain('Nothing came of this month.');
  });

  it('writes references as sites sent them: whole, and by code what no font can draw', () => {
    const of = (references: string[]) =>
      reportOf({
        sites: reportOf()
          .sites.slice(0, 1)
          .map((site) => ({
            ...site,
            counts: site.counts.flatMap((count) => references.map((reference) => ({ ...count, reference }))),
          })),
      });
    const long = Array.from({ length: 100 }, (_, n) => `WWW${n + 100}`).join('');
    const { text } = readPdf(
      renderUsageReport(of([long, '\u{13000}\u{13001} one', '\u{13000}\u{13002} one', '\u{13000}'.repeat(500)])).bytes,
    );
    const unbroken = text.replaceAll(' ', '');
    expect(unbroken).toContain(long.slice(0, 12));
    for (let n = 100; n < 200; n += 1) expect(unbroken).toContain(`WWW${n}`);
    expect(unbroken).toContain('[U+13000][U+13001]one');
    expect(unbroken).toContain('[U+13000][U+13002]one');
    expect(text).not.toMatch(/[…\ufffd]/);
  });

  it('tells reports that nothing was used from no report', () => {
    const site = { siteId: 'a', siteName: 'Office', kind: 'managed', product: 'backup', counts: [] } as const;
    const came = { reportedAt: new Date('2026-05-31T22:30:00Z'), reportedOn: '2026-06-01' };
    const silent = { reportedAt: null, reportedOn: null };
    const textOf = (of: typeof came | typeof silent) =>
      readPdf(renderUsageReport(reportOf({ sites: [{ ...site, ...of, counts: [] }] })).bytes).text;
    expect(textOf(came)).toMatch(/The reports say that nothing was used\..*reported on 1 June 2026 0 – – 0/);
    expect(textOf(silent)).toMatch(/Nothing came of this month\..*no report came – – – –/);
  });

  it('prints neither number nor zone where the reader sees the name of the MSP alone', () => {
    const msp = { name: 'Müller', registrationNumber: null, zone: null };
    const { text } = readPdf(renderUsageReport(reportOf({ msp })).bytes);
    expect(text).not.toMatch(/Reg\. no\.|Time zone/);
  });

  it('carries its records as CSV, in which no name is a formula', () => {
    const { files } = readPdf(renderUsageReport(reportOf()).bytes);
    const csv = usageReportCsv(reportOf());
    expect(files.get('usage-report-2026-05.csv')?.equals(csv)).toBe(true);
    const [, office, laptop, attic] = csv.toString().split('\r\n');
    expect(office).toContain(
      ',2026-05-31T22:30:00.000Z,north,Tenant north,north,backup.server_agent,1200,1199,2026-05-10,1199,1200',
    );
    expect(laptop).toContain(",'=cmd,");
    expect(attic).toMatch(/,Attic,c,standalone,backup,,,,,,,,,,$/);
  });
});
