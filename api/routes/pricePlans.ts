import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { findDistributor } from '../../db/parties/distributorStore.js';
import { insertPricePlan, listPricePlans } from '../../db/prices/pricePlanStore.js';
import { fieldError } from '../../domain/errors.js';
import { decimalStringToMinor, minorToDecimalString } from '../../domain/money.js';
import type { PricePlan } from '../../domain/pricing/pricePlan.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { day, uuid } from '../schemas/common.js';
import { newPricePlan, pricePlan } from '../schemas/pricePlans.js';

function toJson({ monthlyMinimumMinor: minimum, ...plan }: PricePlan): z.input<typeof pricePlan> {
  return {
    ...plan,
    monthlyMinimum:
      minimum === null ? null : { amount: minorToDecimalString(minimum, plan.currency), currency: plan.currency },
  };
}

function minorOf({ amount, currency }: { amount: string; currency: string }): bigint {
  try {
    const minor = decimalStringToMinor(amount, currency);
    if (minor >= 0n) return minor;
  } catch {
    // More digits than the currency has: said below.
  }
  throw fieldError('VALIDATION_FAILED', '/monthlyMinimum/amount', `Not an amount of ${currency}, zero or more.`);
}

export const pricePlanRoutes = [
  route({
    method: 'post',
    path: '/v1/price-plans',
    summary: 'Add a price plan',
    description: 'Plans are never changed: a new price is a new plan with a later first day.',
    tags: ['Prices'],
    roles: ['partner_team'],
    body: newPricePlan,
    responses: { 201: { description: 'The plan is kept', schema: z.strictObject({ id: uuid }) } },
    handler: async ({ body, principal, receivedAt, requestId, transaction }) => {
      const plan: PricePlan = {
        id: requestId,
        name: body.name,
        distributorId: body.distributorId ?? null,
        currency: body.currency,
        validFrom: body.validFrom,
        validUntil: body.validUntil ?? null,
        monthlyMinimumMinor: body.monthlyMinimum == null ? null : minorOf(body.monthlyMinimum),
        firstMonth: body.firstMonth,
        prices: body.prices,
      };
      await transaction(async (trx) => {
        const { distributorId } = plan;
        if (distributorId !== null && (await findDistributor(trx, distributorId)) === undefined) {
          throw fieldError('VALIDATION_FAILED', '/distributorId', 'There is no such distributor.');
        }
        if (!(await insertPricePlan(trx, plan, receivedAt))) return;
        await appendAudit(trx, {
          at: receivedAt,
          actor: principal.name,
          action: 'pricePlan.added',
          subject: `price-plan:${plan.id}`,
          after: body,
        });
      });
      return reply(201, { id: plan.id });
    },
  }),
  route({
    method: 'get',
    path: '/v1/price-plans',
    summary: 'List price plans, the latest first',
    tags: ['Prices'],
    roles: ['partner_team'],
    query: z.strictObject(PAGE_QUERY),
    responses: { 200: { description: 'A page of plans', schema: pageOf(pricePlan) } },
    handler: async ({ query, transaction }) => {
      const after = readCursor(query.after, z.tuple([day, uuid]));
      const found = await transaction((trx) => listPricePlans(trx, { limit: query.limit + 1, after }));
      return reply(
        200,
        toPage(found, query.limit, (plan) => [plan.validFrom, plan.id], toJson),
      );
    },
  }),
];
