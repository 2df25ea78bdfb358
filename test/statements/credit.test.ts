import { describe, expect, it } from '@jest/globals';
import { draftCredit, type Credit } from '../../domain/credit.js';
import { parsePeriod } from '../../domain/period.js';
import type { DueManualCorrection } from '../../domain/rating.js';
import type { ManualCorrectionLine } from '../../domain/statement.js';
import { LOCALES, messagesFor } from '../../locales/index.js';
import { renderCredit } from '../../statements/credit.js';
import { creditCsv } from '../../statements/index.js';
import { renderStatement } from '../../statements/render.js';
import { readPdf } from './readPdf.js';
import { statementOf, usageLine } from './sampleStatement.js';

const REASON = 'Two days down in May, as agreed with Ms Müller on the telephone';

const DUE: DueManualCorrection = {
  kind: 'manual_correction',
  correctionId: 'correction-1',
  change: 'quantity',
  correctsLine: 3,
  correctsKind: 'usage',
  siteId: 'site-1',
  siteName: 'Head office',
  tenantId: 'tenant-1',
  tenantName: 'Bakery',
  tenantRef: 'ou=bakery',
  meter: 'mail-server.mailbox',
  oldQuantity: 12,
  newQuantity: 10,
  steps: [{ kind: 'units', units: 10, unitPrice: '2.5' }],
  priceCurrency: 'EUR',
  rate: null,
  reason: REASON,
  forPeriod: parsePeriod('2026-04'),
  correctsNumber: 'DE-2026-000007',
  currency: 'EUR',
  ratedMinor: 2_500n,
  billedMinor: 3_000n,
  exchange: null,
};

function manualLine(change: Partial<ManualCorrectionLine> = {}): ManualCorrectionLine {
  return { ...DUE, lineNo: 1, amountMinor: -500n, ...change };
}

function creditOf(locale: string): Credit {
  const statement = statementOf([usageLine()], { locale, number: 'DE-2026-000007', zone: 'Pacific/Auckland' });
  return { number: 'DE-2026-C000001', ...draftCredit(statement, DUE, new Date('2026-06-30T13:00:00Z')) };
}

describe('a rendered credit', () => {
  it.each(LOCALES)('names itself, the statement, the arithmetic, the reason and who settles it, in %s', (locale) => {
    const { text } = readPdf(renderCredit(creditOf(locale)).bytes);
    const { credit, statement } = messagesFor(locale);
    const euros = (amount: string) => (locale === 'en' ? `EUR ${amount}` : `${amount.replace('.', ',')} EUR`);
    for (const said of [
      ...[credit.documentName, 'DE-2026-C000001', 'DE-2026-000007', credit.notInvoice('Distribution GmbH')],
      ...[statement.corrections.byHand.reason(REASON), statement.corrections.byHand.changes.quantity],
      ...[statement.corrections.rated(euros('25.00')), statement.corrections.billed(euros('30.00'))],
      ...[credit.total, statement.corrections.byHand.line('3')],
    ]) {
      expect(text).toContain(said);
    }
  });

  it('has the date of the MSP’s own day, and is the same bytes whenever it is rendered', () => {
    const credit = creditOf('en');
    expect(credit).toMatchObject({ creditDate: '2026-07-01', totalMinor: -500n });
    expect(renderCredit(creditOf('en')).sha256).toBe(renderCredit(credit).sha256);
  });

  it('carries its line as CSV, in the columns of a statement’s', () => {
    const credit = creditOf('en');
    const csv = readPdf(renderCredit(credit).bytes).files.get('DE-2026-C000001.csv');
    expect(csv).toEqual(creditCsv(credit));
    expect(csv?.toString()).toContain('DE-2026-C000001');
    expect(csv?.toString()).toContain(',-5.00,EUR');
  });
});

describe('a line by hand on a statement', () => {
  it.each(LOCALES)('says what it corrects, how and why, in %s', (locale) => {
    const whole = { siteId: null, siteName: null, tenantId: null, tenantName: null, tenantRef: null, meter: null };
    const none = { oldQuantity: null, newQuantity: null, steps: [], priceCurrency: null };
    const lines = [
      usageLine(),
      manualLine(),
      manualLine({ ...whole, ...none, change: 'waiver', correctsKind: 'minimum', correctsLine: 4 }),
      manualLine({ ...whole, ...none, change: 'amount', correctsKind: null, correctsLine: null }),
    ];
    const { text } = readPdf(renderStatement(statementOf(lines, { locale })).bytes);
    const { corrections, findings } = messagesFor(locale).statement;
    const { byHand } = corrections;
    for (const said of [
      ...Object.values(byHand.changes),
      byHand.minimum,
      byHand.reason(REASON),
      findings.wholeStatement,
    ]) {
      expect(text).toContain(said);
    }
    // How the rules reckon has nothing to do with it.
    expect(text).not.toContain(corrections.prices);
  });
});
