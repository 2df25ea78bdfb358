import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { findDistributor } from '../../db/parties/distributorStore.js';
import { endPricePlan, findPricePlan, insertPricePlan, listPricePlans } from '../../db/prices/pricePlanStore.js';
import { plansFor } from '../../db/closing/monthInputs.js';
import { openedFrom, requireUnopened } from '../../db/programmes/periods.js';
import { findProgramme } from '../../db/programmes/programmeStore.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { decimalStringToMinor, minorToDecimalString } from '../../domain/money.js';
import { completesPlan } from '../../domain/pricing/completesPlan.js';
import type { PricePlan } from '../../domain/pricing/pricePlan.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { reply, route } from '../route.js';
import { periodText, programmeCode, uuid } from '../schemas/common.js';
import { newPricePlan, pricePlan, pricePlanEnd } from '../schemas/pricePlans.js';

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

const byPlan = z.strictObject({ pricePlanId: uuid });

async function requirePlan(trx: Trx, id: string): Promise<PricePlan> {
  const plan = await findPricePlan(trx, id);
  if (plan === undefined) throw new KontorError('NOT_FOUND', 'There is no such price plan.');
  return plan;
}

/**
 * Whether the plan only adds prices that opened months lack, from a month on in which an MSP waits for its statement: it
 * may be parked for want of them, and no price of anybody else becomes another.
 */
async function completesOpened(trx: Trx, plan: PricePlan): Promise<boolean> {
  const { programme, distributorId, fromPeriod, untilPeriod } = plan;
  const opened = await openedFrom(trx, programme, fromPeriod);
  if (opened[0]?.period !== fromPeriod || !opened[0].isWaiting) return false;
  for (const { period } of opened) {
    if (untilPeriod !== null && period > untilPeriod) break;
    const plans = await plansFor(trx, { programme, period });
    const inForce = plans.find((one) => one.distributorId === distributorId || one.distributorId === null);
    if (!completesPlan(inForce, plan)) return false;
  }
  return true;
}

/**
 * Programme, distributor and currency of a new plan exist and fit; its first month has not been opened (rule 19), or it
 * only adds what an opened month lacks.
 */
async function requireSellable(trx: Trx, plan: PricePlan): Promise<void> {
  const programme = await findProgramme(trx, plan.programme);
  if (programme === undefined) throw fieldError('VALIDATION_FAILED', '/programme', 'There is no such programme.');
  if (plan.distributorId !== null && (await findDistributor(trx, plan.distributorId)) === undefined) {
    throw fieldError('VALIDATION_FAILED', '/distributorId', 'There is no such distributor.');
  }
  if (plan.distributorId === null && plan.currency !== programme.baseCurrency) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/currency',
      `The base price list of "${programme.code}" is in ${programme.baseCurrency}; another currency needs a distributor.`,
    );
  }
  if (await completesOpened(trx, plan)) return;
  await requireUnopened(trx, plan.programme, plan.fromPeriod, '/fromPeriod');
}

export const pricePlanRoutes = [
  route({
    method: 'post',
    path: '/v1/price-plans',
    summary: 'Add a price plan',
    description:
      'Its prices are never changed: a new price is a new plan from a later month. PERIOD_OPENED for a month that was ' +
      'opened (rule 19), unless an MSP of that month still waits for its statement and the plan has all prices, the ' +
      'minimum and the first month of the one in force, and others beside: then retry the parked MSP.',
    tags: ['Prices'],
    action: 'prices.manage',
    body: newPricePlan,
    responses: { 201: { description: 'The plan is kept', schema: pricePlan } },
    handler: async ({ body, actor, receivedAt, requestId, transaction }) => {
      const plan: PricePlan = {
        id: requestId,
        programme: body.programme,
        name: body.name,
        distributorId: body.distributorId ?? null,
        currency: body.currency,
        fromPeriod: body.fromPeriod,
        untilPeriod: body.untilPeriod ?? null,
        monthlyMinimumMinor: body.monthlyMinimum == null ? null : minorOf(body.monthlyMinimum),
        firstMonth: body.firstMonth,
        prices: body.prices,
        termPrices: body.termPrices,
      };
      const kept = await transaction(async (trx) => {
        const known = await findPricePlan(trx, plan.id);
        if (known !== undefined) return known;
        await requireSellable(trx, plan);
        if (!(await insertPricePlan(trx, plan, receivedAt))) return plan;
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'pricePlan.added',
          subject: `price-plan:${plan.id}`,
          after: body,
        });
        return plan;
      });
      return reply(201, toJson(kept));
    },
  }),
  route({
    method: 'get',
    path: '/v1/price-plans',
    summary: 'List price plans, the latest first',
    description:
      'A distributor sees its own, and of the base lists those by which a month is priced that it has billed, or bills from the ' +
      'running one on within a year.',
    tags: ['Prices'],
    action: 'prices.read',
    query: z.strictObject({ ...PAGE_QUERY, programme: programmeCode.optional() }),
    responses: { 200: { description: 'A page of plans', schema: pageOf(pricePlan) } },
    handler: async ({ query: { limit, after, programme }, transaction }) => {
      const cursor = readCursor(after, z.tuple([periodText, uuid]));
      const found = await transaction((trx) => listPricePlans(trx, { programme, limit: limit + 1, after: cursor }));
      return reply(
        200,
        toPage(found, limit, (plan) => [plan.fromPeriod, plan.id], toJson),
      );
    },
  }),
  route({
    method: 'get',
    path: '/v1/price-plans/{pricePlanId}',
    summary: 'Show a price plan',
    tags: ['Prices'],
    action: 'prices.read',
    params: byPlan,
    responses: { 200: { description: 'The plan', schema: pricePlan } },
    handler: async ({ params, transaction }) =>
      reply(200, toJson(await transaction((trx) => requirePlan(trx, params.pricePlanId)))),
  }),
  route({
    method: 'post',
    path: '/v1/price-plans/{pricePlanId}/end',
    summary: 'End a price plan with a last month',
    description: 'PERIOD_OPENED for a month that was opened (rule 19).',
    tags: ['Prices'],
    action: 'prices.manage',
    params: byPlan,
    body: pricePlanEnd,
    responses: { 200: { description: 'The plan as it is now', schema: pricePlan } },
    handler: async ({ params, body: { untilPeriod, reason }, actor, receivedAt, transaction }) => {
      const ended = await transaction(async (trx) => {
        const before = await requirePlan(trx, params.pricePlanId);
        if (untilPeriod < before.fromPeriod) {
          throw fieldError('VALIDATION_FAILED', '/untilPeriod', `Ends before it starts, ${before.fromPeriod}.`);
        }
        await requireUnopened(trx, before.programme, untilPeriod, '/untilPeriod');
        if (!(await endPricePlan(trx, before, untilPeriod))) {
          throw fieldError('STATE_CONFLICT', '/untilPeriod', 'Somebody has just set its last month. Read it again.');
        }
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'pricePlan.ended',
          subject: `price-plan:${before.id}`,
          before: { untilPeriod: before.untilPeriod },
          after: { untilPeriod },
          reason,
        });
        return { ...before, untilPeriod };
      });
      return reply(200, toJson(ended));
    },
  }),
];
