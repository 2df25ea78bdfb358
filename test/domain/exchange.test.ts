import { describe, expect, it } from '@jest/globals';
import { exchangeRate } from '../../domain/pricing/exchange.js';
import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';

const euro = (currency: string, rate: string, day = '2026-03-31'): ExchangeRate => ({
  base: 'EUR',
  currency,
  rate,
  day,
  source: 'Central bank',
});

describe('rule 10: the rate between the currency of the price list and the statement', () => {
  const rates = [euro('USD', '1.25'), euro('PLN', '4.2'), euro('JPY', '160', '2026-03-30')];

  it.each([
    ['as published', 'EUR', 'PLN', '4.2', 'Central bank'],
    ['back into the currency it is published for', 'USD', 'EUR', '0.8', 'Central bank (1 EUR = 1.25 USD)'],
    ['between two others', 'USD', 'PLN', '3.36', 'Central bank (1 EUR = 1.25 USD, 1 EUR = 4.2 PLN)'],
    ['rounded half up to eight places', 'PLN', 'USD', '0.29761905', 'Central bank (1 EUR = 4.2 PLN, 1 EUR = 1.25 USD)'],
  ])('%s: %s to %s', (_how, base, currency, rate, source) => {
    expect(exchangeRate(rates, base, currency)).toEqual({ base, currency, rate, day: '2026-03-31', source });
  });

  it.each([
    ['never published', 'USD', 'CHF'],
    ['of different days', 'USD', 'JPY'],
  ])('is missing where a rate was %s', (_why, base, currency) => {
    expect(exchangeRate(rates, base, currency)).toBeUndefined();
  });
});
