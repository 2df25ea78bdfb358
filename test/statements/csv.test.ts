import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { billingLinesCsv, statementCsv } from '../../statements/index.js';
import { correctionLine, minimumLine, statementOf, usageLine } from './sampleStatement.js';

type CsvRow = Record<string, string>;

function read(csv: Buffer, delimiter = ','): CsvRow[] {
  return parse(csv, { columns: true, bom: true, delimiter });
}

describe('the lines of a statement as CSV', () => {
  it('come back exactly: numbers, names with quotes and line breaks, amounts', () => {
    const line = usageLine({ siteName: 'He said "hi", twice\nand left; bye', amountMinor: 123_456_789_012_345_678n });
    const [row] = read(statementCsv(statementOf([line])));
    expect(row).toMatchObject({
      statement_number: 'DE-2026-000042',
      period: '2026-05',
      line_no: '1',
      kind: 'usage',
      site: 'He said "hi", twice\nand left; bye',
      meter: 'mail-server.mailbox',
      peak: '12',
      quantity: '12',
      formula: '12 x 2.5',
      amount: '1234567890123456.78',
      currency: 'EUR',
    });
  });

  it('keep a credit a number', () => {
    expect(read(statementCsv(statementOf([correctionLine()])))[0]?.['amount']).toBe('-5.50');
  });

  it.each(['=cmd|calc', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1', '＋1', '－1', '＠A'])(
    'defuse the name %j',
    (siteName) => {
      expect(read(statementCsv(statementOf([usageLine({ siteName })])))[0]?.['site']).toBe(`'${siteName}`);
    },
  );

  it('leave an ordinary name as it is', () => {
    expect(read(statementCsv(statementOf([usageLine({ siteName: 'A-B = C' })])))[0]?.['site']).toBe('A-B = C');
  });

  it('are UTF-8 with CRLF and no mark in the plain form', () => {
    const csv = statementCsv(statementOf([usageLine({ siteName: 'Łódź' })])).toString('utf8');
    expect(csv.startsWith('statement_number,')).toBe(true);
    expect(csv.split('\r\n')).toHaveLength(3);
    expect(csv).toContain('Łódź');
  });

  it.each([
    ['de', ';', '-5,50'],
    ['it', ';', '-5,50'],
    ['pl', ';', '-5,50'],
    ['en', ',', '-5.50'],
  ] as const)('open in a spreadsheet in %s', (local, delimiter, amount) => {
    const csv = statementCsv(statementOf([correctionLine()]), { local });
    expect(csv.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(read(csv, delimiter)[0]?.['amount']).toBe(amount);
  });

  it('bring back any name but for the apostrophe that defuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (siteName) => {
        const site = read(statementCsv(statementOf([usageLine({ siteName })])))[0]?.['site'];
        expect([siteName, `'${siteName}`]).toContain(site);
      }),
    );
  });
});

describe('the lines of a billing pack', () => {
  it('list all statements in one file, each line once', () => {
    const statements = [
      statementOf([usageLine(), correctionLine(), minimumLine(5_000n, 2_550n)]),
      statementOf([usageLine()], { number: 'DE-2026-000043' }),
      statementOf([], { number: 'DE-2026-000044' }),
    ];
    const rows = read(billingLinesCsv(statements));
    expect(rows.map((row) => [row['statement_number'], row['line_no'], row['kind']])).toEqual([
      ['DE-2026-000042', '1', 'usage'],
      ['DE-2026-000042', '2', 'correction'],
      ['DE-2026-000042', '3', 'minimum'],
      ['DE-2026-000043', '1', 'usage'],
    ]);
  });
});
