import { describe, expect, it } from '@jest/globals';
import { ecbXml } from '../../rates/ecbXml.js';
import { readRateFile } from '../../rates/rateFile.js';
import { ecbDocument } from './ecbDocument.js';

const fieldsOf = (work: () => unknown): string[] => {
  try {
    work();
    return [];
  } catch (error) {
    return (error as { fields: { field: string; message: string }[] }).fields.map(
      ({ field, message }) => `${field}: ${message}`,
    );
  }
};

describe('rule 24: reference rates from files', () => {
  it('takes the European Central Bank’s XML, of one day or many', () => {
    const document = ecbDocument({ '2026-05-29': { PLN: '4.301', JPY: '181.25' }, '2026-05-28': { PLN: '4.305' } });
    expect(ecbXml(document)).toEqual([
      expect.objectContaining({ base: 'EUR', currency: 'PLN', rate: '4.301', day: '2026-05-29' }),
      expect.objectContaining({ currency: 'JPY', rate: '181.25', day: '2026-05-29' }),
      expect.objectContaining({ currency: 'PLN', rate: '4.305', day: '2026-05-28' }),
    ]);
  });

  it('names line and field of what is wrong in the XML', () => {
    const document = ecbDocument({ '2026-05-29': { PLN: 'four' }, '2026-02-30': { PLN: '4.305' } });
    expect(fieldsOf(() => ecbXml(document))).toEqual([
      'line 6, rate: "four" is no rate of PLN.',
      'line 8, time: "2026-02-30" is not a day such as 2026-03-31.',
    ]);
    expect(fieldsOf(() => ecbXml('<a><b></a>'))[0]).toMatch(/^line 1, XML: /);
    // Cut off on the way.
    expect(fieldsOf(() => ecbXml(document.slice(0, -40)))).toEqual([expect.stringMatching(/^line \d+, XML: /)]);
    expect(fieldsOf(() => ecbXml('<html><body>Sign in</body></html>'))[0]).toMatch(/no reference rates/);
  });

  it('expands no entities and reads no document type', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>${ecbDocument({ '2026-05-29': { PLN: '4' } })}`;
    expect(fieldsOf(() => ecbXml(bomb))).toEqual(['line 1, XML: A document type is not read.']);
  });

  it('takes the bank’s CSV, a column per currency', () => {
    const rates = readRateFile('Date,USD,CYP,PLN,\n2026-05-29,1.16,N/A,4.301,\n');
    expect(rates.map(({ currency, rate }) => [currency, rate])).toEqual([
      ['USD', '1.16'],
      ['PLN', '4.301'],
    ]);
  });

  it('case 55, a relative: a column named twice is refused, in either CSV', () => {
    expect(fieldsOf(() => readRateFile('Date,USD,USD,\n2026-05-29,1.16,1.61,\n'))).toEqual([
      'line 1, USD: A column is named twice.',
    ]);
    const text = 'day,base,currency,rate,rate,source\n2026-05-29,EUR,KWD,0.355,0.553,Central Bank of Kuwait\n';
    expect(fieldsOf(() => readRateFile(text))).toEqual(['line 1, rate: A column is named twice.']);
  });

  it('takes no rate of the euro in itself from what the bank is said to have written', () => {
    expect(fieldsOf(() => readRateFile('Date,USD,EUR,\n2026-05-29,1.16,1.2,\n'))).toEqual([
      'line 2, EUR: A rate is between two currencies.',
    ]);
    expect(fieldsOf(() => ecbXml(ecbDocument({ '2026-05-29': { PLN: '4.3', EUR: '1.2' } })))).toEqual([
      expect.stringMatching(/^line \d+, currency: A rate is between two currencies\.$/),
    ]);
  });

  it('takes one rate a line, with commas or semicolons, from whoever published it', () => {
    const rate = { day: '2026-05-29', base: 'EUR', currency: 'KWD', rate: '0.355', source: 'Central Bank of Kuwait' };
    const text = (by: string) => `${Object.keys(rate).join(by)}\r\n${Object.values(rate).join(by)}\r\n`;
    expect(readRateFile(text(','))).toEqual([rate]);
    expect(readRateFile(`\uFEFF${text(';')}`)).toEqual([rate]);
  });

  it('names line and field of what is wrong in a CSV, and takes nothing of it', () => {
    const text = [
      'day,base,currency,rate,source',
      '2026-05-29,EUR,KWD,0.355,Central Bank of Kuwait',
      '29.05.2026,EUR,KWD,"0,355",Central Bank of Kuwait',
      '2026-05-29,EUR,XXXX,1.2,Somebody',
      '2026-05-29,EUR,EUR,1,European Central Bank',
      '2026-05-29,EUR,KWD,0.36,Central Bank of Kuwait',
    ].join('\n');
    expect(fieldsOf(() => readRateFile(text))).toEqual([
      'line 3, day: "29.05.2026" is not a day such as 2026-03-31.',
      'line 3, rate: "0,355" is no rate: a number above zero, with a point.',
      'line 4, currency: "XXXX" is not an ISO 4217 code.',
      'line 5, currency: A rate is between two currencies.',
      'line 5, source: Rates of the European Central Bank are loaded from its own files, XML or CSV.',
      'line 6, rate: Line 2 has another rate of KWD for 2026-05-29.',
    ]);
    expect(fieldsOf(() => readRateFile('day,currency,rate\n2026-05-29,KWD,0.355\n'))[0]).toMatch(
      /^line 1, base, source: /,
    );
  });
});
