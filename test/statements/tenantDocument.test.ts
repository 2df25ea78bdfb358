import { describe, expect, it } from '@jest/globals';
import { parsePeriod } from '../../domain/period.js';
import type { CorrectionLine, TermLine, UsageLine } from '../../domain/statement.js';
import { tenantDocument, type TenantDocumentFacts } from '../../domain/tenantDocument.js';
import { LOCALES, messagesFor } from '../../locales/index.js';
import { renderTenantDocument } from '../../statements/renderTenantDocument.js';
import { tenantDocumentCsv } from '../../statements/tenantDocument.js';
import { jpeg, png } from './logoFiles.js';
import { readPdf } from './readPdf.js';

const MAILBOX = 'mail-server.mailbox';
const [MARCH, MAY] = [parsePeriod('2026-03'), parsePeriod('2026-05')];
const each = (unitPrice: string) => ({ [MAILBOX]: { model: 'per_unit', unitPrice } }) as const;
const place = {
  siteId: 's',
  siteName: '=House',
  tenantId: 'a',
  tenantName: 'A',
  tenantRef: 'a',
  meter: MAILBOX,
} as const;

const used: UsageLine = {
  ...{
    kind: 'usage',
    lineNo: 1,
    ...place,
    steps: [],
    peak: 1200,
    peakOn: null,
    basis: 'estimated',
    licensed: 0,
    quantity: 1200,
  },
  ...{ firstMonthFree: false, amountMinor: 1n },
};
const corrected: CorrectionLine = {
  ...{
    kind: 'correction',
    lineNo: 2,
    ...place,
    steps: [],
    forPeriod: MARCH,
    correctsNumber: 'N',
    currency: 'EUR',
    ratedMinor: 1n,
  },
  ...{ billedMinor: 0n, exchange: null, reason: 'late_usage', oldQuantity: 10, newQuantity: 12, peak: 12, licensed: 0 },
  ...{ basis: 'reported', firstMonthFree: false, priceCurrency: 'EUR', rate: null, amountMinor: 1n },
};

function factsOf(change: Partial<TenantDocumentFacts> = {}): TenantDocumentFacts {
  const msp = {
    name: 'Müller',
    registrationNumber: 'HRB 1',
    address: ['Weg 1', '1 Ort'],
    country: 'DE',
    email: 'a@b.example',
  };
  const tenant = { id: 'a', ref: 'a', name: 'Anwälte' };
  return {
    ...{ statementNumber: 'MSP-DE-2026-000007', revision: 1, statementDate: '2026-06-06', period: MAY, locale: 'en' },
    ...{ zone: 'Europe/Berlin', msp, logo: null, tenant, units: [tenant], lines: [used, corrected], credited: [] },
    lists: [
      { version: 1, fromPeriod: MARCH, currency: 'CHF', prices: each('1.255') },
      { version: 2, fromPeriod: MAY, currency: 'EUR', prices: each('2.5') },
    ],
    ...change,
  };
}

const render = (change?: Partial<TenantDocumentFacts>) => renderTenantDocument(tenantDocument(factsOf(change)));

describe('a document of a tenant', () => {
  it.each(LOCALES)('says in %s what it is, what it is not, and what it is made of', (locale) => {
    const { text } = readPdf(render({ locale }).bytes);
    const { tenantDocument: words, bases } = messagesFor(locale);
    const number = 'MSP-DE-2026-000007';
    for (const said of [
      ...[words.documentName, words.notInvoice('Müller'), words.rows, words.total('EUR'), words.total('CHF')],
      ...[words.notes.rounding, words.notes.statement(number, '1'), words.changed('10', '12'), bases.estimated],
      ...['Müller', 'Anwälte', `${number} / a`],
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toContain('[en]');
  });

  it('prices each month by the list of then, in its currency, and adds no two currencies', () => {
    const { rows, totals } = tenantDocument(factsOf());
    // 12 × 1.255 = 15.06 less 10 × 1.255 = 12.55.
    expect(rows.map(({ quantity, price }) => [quantity, price?.currency, price?.amountMinor])).toEqual([
      [1200, 'EUR', 300_000n],
      [2, 'CHF', 251n],
    ]);
    expect(totals).toEqual([
      { currency: 'CHF', totalMinor: 251n },
      { currency: 'EUR', totalMinor: 300_000n },
    ]);
  });

  it('lists without a price what has none, what is licensed for a term, and what was partly taken off by hand', () => {
    const whyOf = (change: Partial<TenantDocumentFacts>) =>
      tenantDocument(factsOf(change)).rows.map((row) => row.unpriced);
    expect(whyOf({ lists: [] })).toEqual(['no_price', 'no_price']);
    expect(whyOf({ lines: [{ ...corrected, withheldMinor: 1n }] })).toEqual(['by_hand']);
    const term: TermLine = {
      ...{ kind: 'term', lineNo: 3, ...place, licenceId: 'l', count: 5, startsOn: '2026-05-01', endsOn: '2027-05-01' },
      ...{
        unitPrice: '1',
        priceCurrency: 'EUR',
        years: 1,
        instalment: { no: 1, of: 1 },
        exchange: null,
        amountMinor: 1n,
      },
    };
    expect(whyOf({ lines: [term] })).toEqual(['licence']);
    expect(readPdf(render({ lists: [] }).bytes).text).toContain('no price');
  });

  it('leaves out what says nothing of a quantity, and lines of others', () => {
    const same = { ...corrected, newQuantity: 10 };
    expect(
      tenantDocument(factsOf({ lines: [same, { ...used, tenantId: 'b' }, { ...used, tenantId: null }] })).rows,
    ).toEqual([]);
    expect(readPdf(render({ lines: [] }).bytes).text).toContain(messagesFor('en').tenantDocument.nothing);
  });

  it('prints the picture of its sender, and says its name to who does not see it', () => {
    const [logo, photo] = [png(), jpeg()].map((file) => render({ logo: file }));
    for (const { bytes, sha256 } of [logo, photo].flatMap((one) => (one === undefined ? [] : [one]))) {
      expect(Buffer.from(bytes).toString('latin1')).toMatch(/\/Subtype \/Image/);
      expect(readPdf(bytes).text).toContain('EUR');
      expect(sha256).not.toBe(render().sha256);
    }
    expect(logo?.sha256).toBe(render({ logo: png() }).sha256);
  });

  it('is the same, byte by byte, for the same facts, and carries its lines as CSV, in which no name is a formula', () => {
    expect(render().sha256).toBe(render().sha256);
    const csv = tenantDocumentCsv(tenantDocument(factsOf()));
    expect(readPdf(render().bytes).files.get('MSP-DE-2026-000007.csv')?.equals(csv)).toBe(true);
    expect(csv.toString()).toContain(",'=House,");
  });
});
