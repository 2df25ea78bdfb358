import { z } from 'zod';
import { listExchangeRates } from '../../db/prices/exchangeRateStore.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { currency, day, decimalText } from '../schemas/common.js';

const exchangeRate = z
  .strictObject({ base: currency, currency, rate: decimalText, day, source: z.string() })
  .meta({ id: 'ExchangeRate', description: 'Units of `currency` for one unit of `base` (rule 10)' });

export const exchangeRateRoutes = [
  route({
    method: 'get',
    path: '/v1/exchange-rates',
    summary: 'List reference rates, the latest first',
    tags: ['Prices'],
    action: 'prices.read',
    query: z.strictObject({ ...PAGE_QUERY, currency: currency.optional(), day: day.optional() }),
    responses: { 200: { description: 'A page of rates', schema: pageOf(exchangeRate) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([day, currency, z.string(), currency]));
      const filter = { currency: query.currency, day: query.day, limit: query.limit + 1, after };
      const found = await transaction((trx) => listExchangeRates(trx, filter));
      return reply(
        200,
        toPage(
          found,
          query.limit,
          (rate) => [rate.day, rate.currency, rate.source, rate.base],
          (rate) => rate,
        ),
      );
    },
  }),
];
