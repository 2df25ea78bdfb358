import { z } from 'zod';
import { listExchangeRates } from '../../db/prices/exchangeRateStore.js';
import { loadRatesByHand } from '../../db/prices/loadRates.js';
import { parkedForRates } from '../../db/readModels/parkedForRates.js';
import { fieldError } from '../../domain/errors.js';
import { tellRateLoaded } from '../../starts/settleStatement.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { isPartnerTeam } from '../principal.js';
import { reply, route } from '../route.js';
import { currency, day } from '../schemas/common.js';
import { exchangeRate, ratesInput, ratesLoaded } from '../schemas/exchangeRates.js';

const tags = ['Prices'] as const;

export const exchangeRateRoutes = [
  route({
    method: 'get',
    path: '/v1/exchange-rates',
    summary: 'List reference rates, the latest first',
    description:
      'A distributor sees those of its own currency and of the lists that it is billed by in others, or whose statements were ' +
      'converted from or to, without who loaded them.',
    tags,
    action: 'prices.read',
    query: z.strictObject({ ...PAGE_QUERY, currency: currency.optional(), day: day.optional() }),
    responses: { 200: { description: 'A page of rates', schema: pageOf(exchangeRate) } },
    handler: async ({ query, principal, transaction }) => {
      const after = readCursor(query.after, z.tuple([day, currency, z.string(), currency, z.int()]));
      const team = isPartnerTeam(principal);
      const filter = { currency: query.currency, day: query.day, ofReader: !team, limit: query.limit + 1, after };
      const found = await transaction((trx) => listExchangeRates(trx, filter));
      return reply(
        200,
        toPage(
          found,
          query.limit,
          (rate) => [rate.day, rate.currency, rate.source, rate.base, rate.revision],
          (rate) => (team ? rate : { ...rate, loadedBy: null }),
        ),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/exchange-rates',
    summary: 'Load reference rates by hand',
    description:
      'All of them or none (rule 24). A rate that is known otherwise is refused unless `replace` says so, and always once a ' +
      'statement of its month has been issued. MSPs of those months that are parked for want of a rate are tried again.',
    tags,
    action: 'prices.manage',
    body: ratesInput,
    responses: { 200: { description: 'What became of them', schema: ratesLoaded } },
    handler: async ({ body, actor, receivedAt, deps, transaction }) => {
      const { rates, ...load } = body;
      const tomorrow = new Date(receivedAt.getTime() + 86_400_000).toISOString().slice(0, 10);
      for (const [index, rate] of rates.entries()) {
        // No zone is more than a day ahead.
        if (rate.day <= tomorrow) continue;
        throw fieldError('VALIDATION_FAILED', `/rates/${index}/day`, 'Nobody has published rates of that day yet.');
      }
      const { loaded, parked } = await transaction(async (trx) => ({
        loaded: await loadRatesByHand(trx, rates, { at: receivedAt, actor, ...load }),
        parked: await parkedForRates(
          trx,
          rates.map((rate) => rate.day),
        ),
      }));
      let tried = 0;
      try {
        for (; tried < parked.length; tried += 1) {
          const of = parked[tried];
          if (of !== undefined) await tellRateLoaded(deps, of);
        }
      } catch (error) {
        // The rates are loaded: the daily look tells whom this could not.
        deps.log.warn({ err: error, told: tried, parked: parked.length }, 'parked MSPs were not told of their rate');
      }
      return reply(200, { ...loaded, tried });
    },
  }),
];
