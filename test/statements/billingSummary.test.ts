import { describe, expect, it } from '@jest/globals';
import { LOCALES } from '../../locales/index.js';
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
    parked: [{ mspName: 'Waiting Ltd', reason: 'Total moved by more than 25 %' }],
    ...change,
  };
}

describe('a billing summary', () => {
  it('totals each currency for itself', () => {
    expect(totalsByCurrency(summaryOf().statements)).toEqual([
      { currency: 'EUR', statements: 2, totalMinor: 123_500n },
      { currency: 'JPY', statements: 1, totalMinor: 5_000n },
    ]);
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
    const { text } = readPdf(renderBillingSummary(summaryOf({ statements: [], parked: [] }), []).bytes);
    expect(text).toContain('No statements were issued in this pack.');
  });
});
