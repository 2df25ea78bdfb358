import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { isCurrency } from '../domain/currency.js';
import type { ExchangeRate } from '../domain/pricing/pricePlan.js';
import { ECB_SOURCE } from '../domain/pricing/publishedRate.js';
import { ECB_BASE } from './ecb.js';
import type { RateSource } from './rateSource.js';

/** Characters of `YYYY-MM-DD`, with which each row begins. */
const DAY = 10;
const SHIPPED = new URL('../../data/ecb-euro-reference-rates.csv', import.meta.url);

/**
 * Euro reference rates from a file in the European Central Bank's own form: a column per currency, a row per day, `N/A`
 * where none was published. By default the file that ships with Kontor.
 */
export function ecbFile(file: URL = SHIPPED): RateSource {
  return {
    published: async (first, last) => {
      const [header = '', ...days] = (await readFile(file, 'utf8')).split('\n');
      // Thousands of days, of which a handful is asked for.
      const asked = days.filter((line) => line.slice(0, DAY) >= first && line.slice(0, DAY) <= last);
      const table = parse([header, ...asked].join('\n'), { columns: true, skip_empty_lines: true, trim: true });
      return (table as Record<string, string>[]).flatMap(({ Date: day = '', ...columns }) =>
        Object.entries(columns)
          .filter(([currency, rate]) => isCurrency(currency) && /^\d+(\.\d+)?$/.test(rate))
          .map(([currency, rate]): ExchangeRate => ({ base: ECB_BASE, currency, rate, day, source: ECB_SOURCE })),
      );
    },
  };
}
