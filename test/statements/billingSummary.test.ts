import { describe, expect, it } from '@jest/globals';
import { LOCALES, messagesFor } from '../../locales/index.js';
import { billingLinesCsv, totalsByCurrency, type BillingSummary } from '../../statements/index.js';
import { renderBillingSummary } from '../../statements/summary.js';
import { readPdf } from './readPdf.js';
import { statementOf, usageLine } from './sampleStatement.js';

const statement = statementOf([usageLine()]);

function summaryOf(change: Partial<BillingSummary> = {}): BillingSummary {
  const listed = { registrationNumber: 'HRB 1', lineCount: 3, estimatedLines: 1, correctionLines: 2 };
  return {
    distributor: statement.distributor,
    vendor: statement.vendor,
    locale: 'en',
    period: statement.period,
    date: '2026-06-06',
    supplement: 0,
    statements: [
      { ...listed, number: 'DE-2026-000042', mspName: 'Müller', currency: 'EUR', totalMinor: 123_456n },
      { ...listed, number: 'DE-2026-000043', mspName: 'Sato', currency: 'JPY', totalMinor: 5_000n },
      { ...listed, number: 'DE-2026-000044', mspName: 'Weber', currency: 'EUR', totalMinor: 44n },
    ],
    credits: [],
    parked: [{ mspName: 'Waiting Ltd', reason: 'Total moved by more than 25 %' }],
    ...change,
  };
}

describe('a billing summary', () => {
  it('totals each currency for itself', () => {
    expect(totalsByCurrency(summaryOf())).toEqual([
      { currency: 'EUR', statements: 2, credits: 0, totalMinor: 123_500n },
      { currency: 'JPY', statements: 1, credits: 0, totalMinor: 5_000n },
    ]);
  });

  const credits = [
    { number: 'DE-2026-C000001', currency: 'EUR', totalMinor: -3_500n },
    { number: 'DE-2026-C000002', currency: 'PLN', totalMinor: -100n },
  ].map((credit) => ({
    ...{ creditDate: '2026-06-02', mspName: 'Müller', registrationNumber: 'HRB 1', statementNumber: 'DE-2026-000007' },
    ...credit,
  }));

  it('deducts credits in the totals, also in a currency that has no statement', () => {
    expect(totalsByCurrency(summaryOf({ credits }))).toEqual([
      { currency: 'EUR', statements: 2, credits: 1, totalMinor: 120_000n },
      { currency: 'JPY', statements: 1, credits: 0, totalMinor: 5_000n },
      { currency: 'PLN', statements: 0, credits: 1, totalMinor: -100n },
    ]);
  });

  it.each([
    ['en', '12,345'],
    ['de', '12.345'],
    ['it', '12.345'],
    ['pl', '12 345'],
  ] as const)('case 38, a relative: in %s, its counts are grouped as that language does', (locale, printed) => {
    const [first] = summaryOf().statements;
    const statements = first === undefined ? [] : [{ ...first, lineCount: 12_345 }];
    const { pages } = readPdf(renderBillingSummary(summaryOf({ statements, locale }), []).bytes);
    expect(pages.flat().map((text) => text.replaceAll(/[\u00a0\u202f]/g, ' '))).toContain(printed);
  });

  it.each(LOCALES)('lists credits with number, date, MSP, statement and amount, in %s', (locale) => {
    const { text } = readPdf(renderBillingSummary(summaryOf({ credits, locale }), []).bytes);
    const words = messagesFor(locale).summary.credits;
    const amount = locale === 'en' ? '35.00' : '35,00';
    for (const said of [words.title, words.text, 'DE-2026-C000001', 'DE-2026-000007', 'Müller', amount]) {
      expect(text).toContain(said);
    }
  });

  it('lists statements, totals and what is still open', () => {
    const { text } = readPdf(renderBillingSummary(summaryOf(), [statement]).bytes);
    for (const expected of [
      'EUR 1,235.00',
      'JPY 5,000',
      '1,234.56',
      '1 estimated line',
      '2 corrections',
      'Waiting Ltd',
    ]) {
      expect(text).toContain(expected);
    }
  });

  it('attaches the lines of all its statements', () => {
    const { files } = readPdf(renderBillingSummary(summaryOf(), [statement]).bytes);
    expect(files.get('lines-2026-05-0.csv')).toEqual(billingLinesCsv([statement]));
  });

  it('says that it is a supplement', () => {
    expect(readPdf(renderBillingSummary(summaryOf({ supplement: 2 }), []).bytes).text).toContain('Supplement 2');
  });

  it.each(LOCALES)('is the same bytes twice, in %s', (locale) => {
    const summary = summaryOf({ locale });
    expect(renderBillingSummary(summary, []).sha256).toBe(renderBillingSummary(summary, []).sha256);
  });

  it('can be empty', () => {
    const { text } = readPdf(renderBillingSummary(summaryOf({ statements: [], credits: [], parked: [] }), []).bytes);
    expect(text).toContain('No statements were issued in this pack.');
  });
});
