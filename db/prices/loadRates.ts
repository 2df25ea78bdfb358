import { KONTOR, type Actor } from '../../domain/access/actor.js';
import { KontorError, type ErrorCode, type FieldError } from '../../domain/errors.js';
import { decimal } from '../../domain/money.js';
import { isUsualAfter } from '../../domain/pricing/publishedRate.js';
import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import { appendAudit, appendAudits } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';
import { insertRates } from './publishedRates.js';

export interface LoadByHand {
  at: Date;
  actor: Actor;
  /** Whether rates that are known otherwise get another revision, and why. */
  replace: boolean;
  reason: string | null;
  /** Whether a rate far from the last one of its pair is meant so. */
  unusual: boolean;
}

export interface Loaded {
  added: number;
  /** Known as they are. */
  known: number;
  replaced: number;
}

/** A rate that is given with another value than the one that is known. */
interface Difference extends ExchangeRate {
  index: number;
  known: string;
  revision: number;
  /** A statement of its month has been issued. */
  used: boolean;
}

const nameOf = ({ base, currency, day }: ExchangeRate) => `1 ${base} in ${currency} on ${day}`;

/** One loads at a time: what is compared stays until it is written. */
async function lockRates(trx: Trx): Promise<void> {
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_exchange_rates'))`);
}

/** `index` counts from 0 in `rates`. */
async function differences(trx: Trx, rates: readonly ExchangeRate[]): Promise<Difference[]> {
  const found = await rows<{ index: number; known: string; revision: number; used: boolean }>(
    trx,
    `select (x.n - 1)::int as index, e.rate::text as known, e.revision,
       exists (select from statement s where s.period = to_char(x.day, 'YYYY-MM')) as used
     from rows from (jsonb_to_recordset(:rates::jsonb) as (source text, base text, currency text, day date, rate numeric))
       with ordinality as x(source, base, currency, day, rate, n)
     cross join lateral (select rate, revision from exchange_rate e where e.source = x.source and e.base = x.base
       and e.currency = x.currency and e.day = x.day order by revision desc limit 1) e
     where e.rate <> x.rate order by x.n`,
    { rates: JSON.stringify(rates) },
  );
  return found.flatMap((one) => {
    const rate = rates[one.index];
    return rate === undefined ? [] : [{ ...rate, ...one }];
  });
}

/** The last known rate of each pair, before or on the day that is given. */
async function ratesBefore(trx: Trx, rates: readonly ExchangeRate[]): Promise<(string | null)[]> {
  const found = await rows<{ rate: string | null }>(
    trx,
    `select e.rate::text as rate
     from rows from (jsonb_to_recordset(:rates::jsonb) as (base text, currency text, day date))
       with ordinality as x(base, currency, day, n)
     left join lateral (select rate from exchange_rate e where e.base = x.base and e.currency = x.currency
       and e.day <= x.day order by day desc, source, revision desc limit 1) e on true
     order by x.n`,
    { rates: JSON.stringify(rates) },
  );
  return found.map(({ rate }) => rate);
}

function refuseEach(code: ErrorCode, found: readonly { index: number; message: string }[], what: string): void {
  if (found.length === 0) return;
  const fields = found
    .slice(0, 10)
    .map(({ index, message }): FieldError => ({ field: `/rates/${index}/rate`, code, message }));
  throw new KontorError(code, `${what} ${fields.map(({ message }) => message).join(' ')}`, fields);
}

/**
 * Rule 24: what a person gives, all of it or nothing. A rate that is known otherwise is replaced only where that is said, with a
 * reason, and as long as no statement of its month has been issued; what was known is kept as an earlier revision.
 *
 * @throws KontorError EXCHANGE_RATE_DIFFERS, EXCHANGE_RATE_USED, or EXCHANGE_RATE_UNUSUAL where a rate is more than half off the
 *   last known one of its pair
 */
export async function loadRatesByHand(trx: Trx, given: readonly ExchangeRate[], load: LoadByHand): Promise<Loaded> {
  const rates = eachOnce(given);
  await lockRates(trx);
  const differing = await differences(trx, rates);
  refuseEach(
    'EXCHANGE_RATE_USED',
    differing
      .filter(({ used }) => used)
      .map((one) => ({
        index: one.index,
        message: `${nameOf(one)} is ${one.known}, and statements of that month have been issued: it stays.`,
      })),
    'Nothing was loaded.',
  );
  refuseEach(
    'EXCHANGE_RATE_DIFFERS',
    load.replace
      ? []
      : differing.map((one) => ({
          index: one.index,
          message: `${nameOf(one)} is known as ${one.known}, not ${one.rate}.`,
        })),
    'Nothing was loaded; say that it replaces what is known, and why.',
  );
  const before = load.unusual ? [] : await ratesBefore(trx, rates);
  refuseEach(
    'EXCHANGE_RATE_UNUSUAL',
    before.flatMap((last, index) => {
      const rate = rates[index];
      return last === null || rate === undefined || isUsualAfter(rate.rate, last)
        ? []
        : [{ index, message: `${nameOf(rate)} was ${last} before, ${rate.rate} is far from it.` }];
    }),
    'Nothing was loaded; say that they are unusual if they are right.',
  );
  const added = await insertRates(trx, rates, { at: load.at, by: load.actor });
  for (const one of differing) await replaceRate(trx, one, load);
  if (added + differing.length > 0) {
    const days = rates.map(({ day }) => day).sort();
    appendAudit(trx, {
      at: load.at,
      actor: load.actor,
      action: 'exchangeRates.loaded',
      subject: 'exchangeRates',
      after: {
        added,
        replaced: differing.length,
        firstDay: days[0],
        lastDay: days.at(-1),
        sources: [...new Set(rates.map(({ source }) => source))],
      },
      reason: load.reason,
    });
  }
  return { added, known: rates.length - added - differing.length, replaced: differing.length };
}

/** What is given twice alike is given once; what is given twice otherwise is refused. */
function eachOnce(given: readonly ExchangeRate[]): ExchangeRate[] {
  const first = new Map<string, ExchangeRate>();
  const differing: { index: number; message: string }[] = [];
  given.forEach((rate, index) => {
    const key = JSON.stringify([rate.source, rate.base, rate.currency, rate.day]);
    const before = first.get(key);
    if (before === undefined) first.set(key, rate);
    else if (!decimal(before.rate).eq(rate.rate)) {
      differing.push({ index, message: `${nameOf(rate)} is given as ${before.rate} and as ${rate.rate}.` });
    }
  });
  refuseEach('VALIDATION_FAILED', differing, 'Nothing was loaded.');
  return [...first.values()];
}

async function replaceRate(trx: Trx, one: Difference, { at, actor, reason }: LoadByHand): Promise<void> {
  const { source, base, currency, day, rate, known, revision } = one;
  await rows(
    trx,
    `insert into exchange_rate (source, base, currency, day, revision, rate, loaded_at, loaded_by)
     values (:source, :base, :currency, :day, :revision, :rate, :at, :actor)`,
    { source, base, currency, day, revision: revision + 1, rate, at, actor: JSON.stringify(actor) },
  );
  appendAudit(trx, {
    at,
    actor,
    action: 'exchangeRate.replaced',
    subject: subjectOf(one),
    before: { rate: known },
    after: { rate, source },
    reason,
  });
}

function subjectOf({ base, currency, day }: ExchangeRate): string {
  return `exchangeRate:${base}:${currency}:${day}`;
}

/**
 * Rule 24: what the bank's own feed gives. A value that differs from the one that is known is never taken over: it is told in the
 * audit trail, once, and a person may replace it. Doing it twice is safe: what is known stays as it is.
 */
export async function loadRatesOfFeed(
  trx: Trx,
  rates: readonly ExchangeRate[],
  at: Date,
): Promise<{ added: number; differing: number }> {
  await lockRates(trx);
  const differing = await differences(trx, rates);
  const told = await rows<{ subject: string; rate: string }>(
    trx,
    `select subject, after ->> 'rate' as rate from audit_event
     where action = 'exchangeRate.differs' and subject = any(:subjects)`,
    { subjects: differing.map(subjectOf) },
  );
  appendAudits(
    trx,
    differing
      .filter((one) => !told.some(({ subject, rate }) => subject === subjectOf(one) && decimal(rate).eq(one.rate)))
      .map((one) => ({
        at,
        actor: KONTOR,
        action: 'exchangeRate.differs',
        subject: subjectOf(one),
        before: { rate: one.known },
        after: { rate: one.rate, source: one.source, used: one.used },
      })),
  );
  return { added: await insertRates(trx, rates, { at, by: KONTOR }), differing: differing.length };
}
