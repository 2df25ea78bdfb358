import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { plansFor } from '../../db/closing/monthInputs.js';
import type { Trx } from '../../db/connect.js';
import { requireProductEnabled } from '../../db/programmes/enabledProducts.js';
import { requireUnopened } from '../../db/programmes/periods.js';
import { distributorIn } from '../../db/programmes/participationStore.js';
import { requireParticipant, type Participant } from '../../db/programmes/requireTakesPart.js';
import {
  changeOf,
  coveringLicences,
  liveKeysOf,
  nextChange,
  subscriptionIn,
  type Subscription,
  type SubscriptionKey,
} from '../../db/programmes/subscriptionStore.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { productByCode, type MeterCode, type Product } from '../../domain/catalog/index.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { minorToDecimalString } from '../../domain/money.js';
import { addMonths, periodDays, periodOf, type Period } from '../../domain/period.js';
import { changesFrom, type SubscriptionChange } from '../../domain/subscription.js';
import { requireMsp } from '../requireMsp.js';
import { requireTenant } from '../requireTenant.js';
import type { subscriptionPreview } from '../schemas/subscriptions.js';

export type Preview = z.input<typeof subscriptionPreview>;

/** A change as it would be made now. */
export interface Foreseen {
  fromPeriod: Period;
  /** What was set for that very month before. */
  set: SubscriptionChange | undefined;
  /** What would hold in that month without the change. */
  before: Subscription | undefined;
  preview: Preview;
}

/** Throws NOT_FOUND where the sender sees no such tenant of that MSP. */
export async function requireSeenTenant(trx: Trx, { mspId, tenantId }: Pick<SubscriptionKey, 'mspId' | 'tenantId'>) {
  await requireMsp(trx, mspId);
  return requireTenant(trx, mspId, tenantId);
}

/** What the product's meters cost an MSP in a month, by who bills it then (rules 9 and 20); null: nobody has set that yet. */
async function pricesIn(
  trx: Trx,
  programme: string,
  { meters }: Product,
  { distributorId: ofToday, msp }: Participant,
  period: Period,
): Promise<Preview['until']['prices']> {
  const distributorId = (await distributorIn(trx, { mspId: msp.id, programme, period })) ?? ofToday;
  const plans = await plansFor(trx, { programme, period });
  const plan = plans.find((one) => one.distributorId === distributorId || one.distributorId === null);
  if (plan === undefined) return null;
  const { currency, monthlyMinimumMinor: minimum } = plan;
  return {
    currency,
    meters: meters.map(({ code, unit, aggregation }) => ({
      ...{ meter: code, unit, aggregation },
      price: plan.prices[code as MeterCode] ?? null,
    })),
    monthlyMinimum: minimum === null ? null : { amount: minorToDecimalString(minimum, currency), currency },
  };
}

/**
 * What follows from a change of a subscription, if it were made at `at`; nothing is written. Prices are of the plan that is
 * known now for the month. Throws what the change itself would: NOT_FOUND, VALIDATION_FAILED and PERIOD_OPENED on
 * `/fromPeriod`, PERIOD_INVALID where the MSP takes no part, STATE_CONFLICT. Whoever changes holds `lockSubscription`.
 */
export async function foreseeChange(
  trx: Trx,
  key: SubscriptionKey,
  change: SubscriptionChange,
  wished: Period | undefined,
  at: Date,
): Promise<Foreseen> {
  const tenant = await requireSeenTenant(trx, key);
  const product = productByCode(key.product);
  if (product === undefined) throw new KontorError('NOT_FOUND', 'There is no such product.');
  const participant = await requireParticipant(trx, key.programme, key.mspId);
  const fromPeriod = changesFrom(change, wished, periodOf(at, participant.msp.zone));
  await requireUnopened(trx, key.programme, fromPeriod, '/fromPeriod');
  const licences = await coveringLicences(trx, key, periodDays(fromPeriod));
  if (change !== 'ended') {
    if (tenant.state === 'closed') throw new KontorError('STATE_CONFLICT', 'This tenant is closed.');
    const { joinedPeriod, leftPeriod } = participant;
    if ((joinedPeriod !== null && fromPeriod < joinedPeriod) || (leftPeriod !== null && fromPeriod > leftPeriod)) {
      throw fieldError(
        'PERIOD_INVALID',
        '/fromPeriod',
        `In ${fromPeriod} this MSP takes no part in "${key.programme}".`,
      );
    }
    await requireProductEnabled(trx, key);
    if (change === 'term' && licences.length === 0) {
      throw fieldError(
        'STATE_CONFLICT',
        '/kind',
        `No term licence of this product covers the tenant in ${fromPeriod}.`,
      );
    }
  }
  const before = await subscriptionIn(trx, key, fromPeriod);
  if (change === 'ended' && before === undefined) {
    throw new KontorError('STATE_CONFLICT', `No subscription of this tenant and product runs in ${fromPeriod}.`);
  }
  const set = await changeOf(trx, key, fromPeriod);
  const lastPeriod = addMonths(fromPeriod, -1);
  const foreseen = {
    ...{ change, fromPeriod, untilPeriod: await nextChange(trx, key, fromPeriod) },
    // Made a second time it is the same change: it replaces nothing.
    replaces: set === change ? null : (set ?? null),
    until: {
      lastPeriod,
      kind: (await subscriptionIn(trx, key, lastPeriod))?.kind ?? null,
      prices: await pricesIn(trx, key.programme, product, participant, lastPeriod),
    },
    after: {
      kind: change === 'ended' ? null : change,
      prices: change === 'ended' ? null : await pricesIn(trx, key.programme, product, participant, fromPeriod),
      licences,
      keysEnded: change === 'ended' ? await liveKeysOf(trx, key) : 0,
    },
  };
  const digest = createHash('sha256')
    .update(canonicalJson({ ...key, ...foreseen }))
    .digest('hex');
  return { fromPeriod, set, before, preview: { ...foreseen, digest } };
}

/** Throws CHANGE_NOT_CONFIRMED where something else was previewed than what would be done now. Undefined: nothing was. */
export function requireConfirmed({ digest, fromPeriod }: Preview, confirmed: string | undefined): void {
  if (confirmed === undefined || confirmed === digest) return;
  throw fieldError(
    'CHANGE_NOT_CONFIRMED',
    '/confirmed',
    `What follows from this change is another by now; it would hold from ${fromPeriod} on. Preview it again and confirm that.`,
  );
}
