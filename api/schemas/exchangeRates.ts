import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { isPublishableRate, isRateDay } from '../../domain/pricing/publishedRate.js';
import { isEcbSource } from '../../rates/ecb.js';
import { currency, currencyInUse, day, decimalText, instant, text } from './common.js';

const pair = { base: currency, currency, rate: decimalText, day, source: z.string() };

export const exchangeRate = z
  .strictObject({
    ...pair,
    revision: z.int().meta({ description: 'The last one of a day counts; earlier ones were replaced' }),
    loadedAt: instant,
    loadedBy: actor.nullable().meta({ description: 'Null for a distributor' }),
  })
  .meta({ id: 'ExchangeRate', description: 'Units of `currency` for one unit of `base` (rule 10)' });

const newRate = z
  .strictObject({
    base: currencyInUse,
    currency: currencyInUse,
    rate: z.string().refine(isPublishableRate, 'A decimal above zero such as "4.289"').meta({ example: '4.289' }),
    day: z.string().refine(isRateDay, 'A day from 1999-01-04 on').meta({ format: 'date', example: '2026-03-31' }),
    source: text(200)
      .refine(
        (source) => !isEcbSource(source),
        'Those of the European Central Bank come from its feed and its own files',
      )
      .meta({ description: 'Who published it, as statements print it' }),
  })
  .refine(({ base, currency }) => base !== currency, {
    path: ['currency'],
    message: 'A rate is between two currencies',
  })
  .meta({ id: 'NewExchangeRate' });

export const ratesInput = z
  .strictObject({
    rates: z.array(newRate).min(1).max(1000),
    replace: z.boolean().default(false).meta({
      description: 'Rates that are known otherwise get another revision; refused once their month was issued',
    }),
    unusual: z
      .boolean()
      .default(false)
      .meta({ description: 'A rate more than half off the last one of its pair is right all the same' }),
    reason: text(500).nullable().default(null).meta({ description: 'Mandatory with `replace`' }),
  })
  .refine(({ replace, reason }) => !replace || reason !== null, {
    path: ['reason'],
    message: 'Say why rates that are known are replaced',
  })
  .meta({ id: 'NewExchangeRates' });

export const ratesLoaded = z
  .strictObject({
    added: z.int(),
    known: z.int().meta({ description: 'Known as they are' }),
    replaced: z.int(),
    tried: z.int().meta({ description: 'Parked MSPs that are tried again now' }),
  })
  .meta({ id: 'ExchangeRatesLoaded' });
