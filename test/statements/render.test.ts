import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LOCALES } from '../../locales/index.js';
import { messagesFor } from '../../locales/index.js';
import { statementCsv } from '../../statements/index.js';
import { renderStatement } from '../../statements/render.js';
import { readPdf } from './readPdf.js';
import { correctionLine, minimumLine, statementOf, usageLine } from './sampleStatement.js';

const twentyLines = Array.from({ length: 20 }, (_, i) =>
  usageLine({ siteName: `Site ${i + 1}`, peak: 10 + i, basis: i === 3 ? 'estimated' : 'reported' }),
);

describe('a rendered statement', () => {
  it('is the same bytes whenever it is rendered', () => {
    const first = renderStatement(statementOf(twentyLines));
    renderStatement(statementOf([usageLine({ siteName: '東京 Αθήνα Łódź' })]));
    const second = renderStatement(statementOf(twentyLines));
    expect(Buffer.compare(Buffer.from(first.bytes), Buffer.from(second.bytes))).toBe(0);
    expect(second.sha256).toBe(first.sha256);
  });

  it('is other bytes when a single minor unit differs', () => {
    const statement = statementOf(twentyLines);
    const other = { ...statement, totalMinor: statement.totalMinor + 1n };
    expect(renderStatement(other).sha256).not.toBe(renderStatement(statement).sha256);
  });

  it.each(LOCALES)(
    'rule 16: names its number, its total and who invoices instead: it is no invoice, in %s',
    (locale) => {
      const statement = statementOf(twentyLines, { locale });
      const { text } = readPdf(renderStatement(statement).bytes);
      expect(text).toContain('DE-2026-000042');
      expect(text).toContain(locale === 'en' ? 'EUR 975.00' : '975,00 EUR');
      expect(text).toContain(messagesFor(locale).statement.notInvoice('Distribution GmbH'));
      expect(text).toContain(messagesFor(locale).bases.estimated);
    },
  );

  it.each(LOCALES)('case 37: in a currency withdrawn since, is rendered all the same, in %s', (locale) => {
    const inLeva = statementOf(twentyLines, {
      locale,
      currency: 'BGN',
      pricePlan: { ...statementOf([]).pricePlan, currency: 'BGN' },
    });
    const { bytes } = renderStatement(inLeva);
    expect(readPdf(bytes).text).toContain(locale === 'en' ? 'BGN 975.00' : '975,00 BGN');
  });

  it('rule 16: carries its own lines as a CSV file', () => {
    const statement = statementOf(twentyLines);
    const { files } = readPdf(renderStatement(statement).bytes);
    expect(files.get('DE-2026-000042.csv')).toEqual(statementCsv(statement));
  });

  it('claims PDF/A-3b, PDF/UA-1, its language and a title', () => {
    const file = Buffer.from(renderStatement(statementOf(twentyLines, { locale: 'pl' })).bytes).toString('latin1');
    expect(file).toContain('<pdfaid:part>3</pdfaid:part>');
    expect(file).toContain('<pdfaid:conformance>B</pdfaid:conformance>');
    expect(file).toContain('<pdfuaid:part>1</pdfuaid:part>');
    expect(file).toContain('/Lang (pl)');
    expect(file).toContain('/DisplayDocTitle true');
    expect(file).toContain('/Marked true');
    expect(file).toContain('/AFRelationship /Data');
  });

  it('has no other date in it than its own', () => {
    const file = Buffer.from(renderStatement(statementOf(twentyLines)).bytes).toString('latin1');
    const dates = new Set(file.match(/\(D:\d{14}Z\)/g));
    expect([...dates]).toEqual(['(D:20260606000000Z)']);
  });

  it('prints Greek, Polish and Japanese names with real glyphs', () => {
    const names = ['Αθήνα', 'Łódź', '株式会社サンプル', 'Café', 'İstanbul Şubesi', 'Đà Nẵng'];
    const { text, glyphs } = readPdf(
      renderStatement(statementOf(names.map((siteName) => usageLine({ siteName })))).bytes,
    );
    for (const name of names) expect(text).toContain(name);
    expect(glyphs).not.toContain(0);
  });

  it('replaces what no font has by a visible sign, and drops characters that would reorder the line', () => {
    const siteName = 'A\u202eB\u0007C \u{1f600} ꦗꦮ \ud800 D\u200bE';
    const { text, glyphs } = readPdf(renderStatement(statementOf([usageLine({ siteName })])).bytes);
    expect(text).toContain('AB C \ufffd \ufffd\ufffd \ufffd DE');
    expect(glyphs).not.toContain(0);
  });

  it('prints any name without failing, and never an empty box', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'grapheme' }), (name, other) => {
        const statement = statementOf([usageLine({ siteName: name, tenantName: other })]);
        statement.msp.name = name;
        expect(readPdf(renderStatement(statement).bytes).glyphs).not.toContain(0);
      }),
      { numRuns: 50 },
    );
  });

  it('says so when there was no usage', () => {
    const { text } = readPdf(renderStatement(statementOf([])).bytes);
    expect(text).toContain('No usage was counted in this period.');
    expect(text).toContain('EUR 0.00');
  });

  it('prints the exchange rate with its day and source', () => {
    const exchange = {
      base: 'EUR',
      currency: 'PLN',
      rate: '4.2571',
      day: '2026-05-29',
      source: 'European Central Bank',
    };
    const { text } = readPdf(renderStatement(statementOf([usageLine()], { currency: 'PLN', exchange })).bytes);
    expect(text).toContain('EUR 1 = PLN 4.2571, published for 29 May 2026 by European Central Bank.');
  });

  it('adds up usage, corrections and the minimum to the total', () => {
    const lines = [usageLine({ peak: 12 }), correctionLine(), minimumLine(10_000n, 7_550n)];
    const { text } = readPdf(renderStatement(statementOf(lines)).bytes);
    expect(text).toContain('Usage EUR 30.00');
    expect(text).toContain('Corrections of earlier periods EUR −5.50');
    expect(text).toContain('Up to the monthly minimum of EUR 100.00 EUR 75.50');
    expect(text).toContain('Total EUR 100.00');
  });
});

describe('a statement of 5,000 lines', () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => usageLine({ siteName: `Site ${i + 1}`, peak: i % 97 }));
  const rendered = renderStatement(statementOf(lines));
  const { pages } = readPdf(rendered.bytes);

  it('repeats the titles of the columns on every page that has lines', () => {
    const withLines = pages.filter((strings) => strings.some((text) => /^Site \d+$/.test(text)));
    expect(withLines.length).toBeGreaterThan(150);
    for (const strings of withLines) expect(strings).toContain('Site and tenant');
  });

  it('prints every line once, and numbers its pages', () => {
    const printed = pages.flat().filter((text) => /^Site \d+$/.test(text));
    expect(new Set(printed).size).toBe(5_000);
    expect(printed).toHaveLength(5_000);
    expect(pages).toHaveLength(rendered.pages);
    pages.forEach((strings, i) => {
      expect(strings).toContain(`Page ${i + 1} of ${rendered.pages}`);
    });
  });
});
