import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { MeterCode, Product } from '../../domain/catalog/index.js';
import { fieldError, KontorError, type ErrorCode, type FieldError } from '../../domain/errors.js';
import { instantAt, parsePeriod, periodDays, periodRange, type Period } from '../../domain/period.js';
import {
  clockOffsetSeconds,
  countedAt,
  spokenAt,
  type Channel,
  type CheckIn,
  type CheckInMessage,
  type Count,
  type Extra,
  type Sender,
  type UsageReportMessage,
} from '../../domain/siteMessage.js';
import type { CHECK_INS, USAGE_REPORT } from './schemas.js';

/** What is known about the sender before its message is read. */
export interface Reading {
  from: Sender;
  channel: Channel;
  product: Product;
  /** Time zone of the MSP: its month decides whether a period may be reported yet. */
  zone: string;
  /** The site's first month: nothing is accepted for an earlier one. */
  fromPeriod: Period;
  receivedAt: Date;
  /** What a newer version's message carried beyond what we know. */
  extra: Extra | null;
}

function codeOf({ field, code }: FieldError): ErrorCode {
  if (/\/(count|peak)$/.test(field)) return 'QUANTITY_INVALID';
  if (field === '/checkIns' && code === 'TOO_BIG') return 'BATCH_TOO_LARGE';
  if (field === '/period') return 'PERIOD_INVALID';
  if (field === '/revision' && code === 'TOO_BIG') return 'TOO_MANY_REVISIONS';
  return 'VALIDATION_FAILED';
}

/**
 * Gives a body that has not the agreed shape the code of its first broken field: a count that is no whole number from 0
 * on is QUANTITY_INVALID, more check-ins than allowed BATCH_TOO_LARGE. Other errors stay as they are.
 */
export function withUsageCodes(error: unknown): unknown {
  if (!(error instanceof KontorError) || error.code !== 'VALIDATION_FAILED') return error;
  const fields = error.fields.map((field) => {
    const code = codeOf(field);
    return code === 'VALIDATION_FAILED' ? field : { ...field, code };
  });
  const [first] = error.fields;
  return new KontorError(
    first === undefined ? error.code : codeOf(first),
    'Nothing of this message was stored: mend the fields named and send it again.',
    fields,
  );
}

/** Counts of one instant or period in a fixed order, each tenant and meter at most once, each meter of the product. */
function readCounts(
  given: readonly { tenant: string | null; meter: string; count: number }[],
  product: Product,
  field: string,
): Count[] {
  const sorted = given.map(({ tenant, meter, count }, index) => {
    if (!product.meters.some(({ code }) => code === meter)) {
      const known = product.meters.map(({ code }) => code).join(', ');
      throw fieldError('METER_UNKNOWN', `${field}/${index}/meter`, `The meters of ${product.name} are: ${known}.`);
    }
    return { tenant, meter: meter as MeterCode, count, index, identity: JSON.stringify([meter, tenant]) };
  });
  sorted.sort((a, b) => (a.identity < b.identity ? -1 : 1));
  sorted.forEach(({ identity, index }, position) => {
    if (sorted[position - 1]?.identity !== identity) return;
    throw fieldError('VALIDATION_FAILED', `${field}/${index}`, 'A tenant and meter is counted once.');
  });
  return sorted.map(({ tenant, meter, count }) => ({ tenant, meter, count }));
}

function hashOf(counts: readonly Count[]): string {
  const content = JSON.stringify(counts.map(({ tenant, meter, count }) => [tenant, meter, count]));
  return createHash('sha256').update(content).digest('hex');
}

const CHECK_IN = /^\/checkIns\/(\d+)\//;

/** Per check-in what was kept aside of it; what belongs to the message as a whole goes with the first. */
function extraByCheckIn(extra: Extra | null): Map<number, Record<string, unknown>> {
  const byCheckIn = new Map<number, Record<string, unknown>>();
  for (const [pointer, value] of Object.entries(extra ?? {})) {
    const index = Number(CHECK_IN.exec(pointer)?.[1] ?? 0);
    byCheckIn.set(index, { ...byCheckIn.get(index), [pointer]: value });
  }
  return byCheckIn;
}

/**
 * Understands a batch of check-ins. Throws the code of the first thing that is wrong, with a pointer to it:
 * METER_UNKNOWN, VALIDATION_FAILED, OBSERVED_IN_FUTURE, OBSERVED_TOO_OLD (also before the site's first month),
 * CLOCK_UNUSABLE.
 */
export function parseCheckIns(body: z.output<typeof CHECK_INS>, reading: Reading): CheckInMessage {
  const { from, channel, product, receivedAt, fromPeriod, zone } = reading;
  const sentAt = new Date(body.sentAt);
  const clockAt = spokenAt({ channel, sentAt, receivedAt });
  const offset = clockOffsetSeconds(sentAt, clockAt);
  const { start } = periodRange(fromPeriod, zone);
  const extras = extraByCheckIn(reading.extra);
  const seen = new Set<number>();
  const checkIns = body.checkIns.map((item, index): CheckIn => {
    const field = `/checkIns/${index}`;
    const observedAt = new Date(item.observedAt);
    if (seen.has(observedAt.getTime())) {
      throw fieldError('VALIDATION_FAILED', `${field}/observedAt`, 'An instant is observed once.');
    }
    seen.add(observedAt.getTime());
    const counted = countedAt(observedAt, sentAt, clockAt, `${field}/observedAt`);
    if (counted < start) {
      throw fieldError('OBSERVED_TOO_OLD', `${field}/observedAt`, `This site counts from ${fromPeriod} on.`);
    }
    const counts = readCounts(item.counts, product, `${field}/counts`);
    return {
      observedAt,
      countedAt: counted,
      counts,
      backups: item.backups ?? null,
      extra: extras.get(index) ?? null,
      contentHash: hashOf(counts),
    };
  });
  return {
    kind: 'checkIns',
    from,
    channel,
    version: body.version ?? 1,
    productVersion: body.productVersion ?? null,
    sentAt,
    receivedAt,
    clockOffsetSeconds: offset,
    checkIns,
  };
}

/**
 * Understands a usage report. Throws METER_UNKNOWN, VALIDATION_FAILED, CLOCK_UNUSABLE, PERIOD_INVALID (also before the
 * site's first month), and PERIOD_NOT_OVER before the last day of the period has begun in the MSP's zone: sites snapshot
 * on that day (rule 1).
 */
export function parseUsageReport(body: z.output<typeof USAGE_REPORT>, reading: Reading): UsageReportMessage {
  const { from, channel, product, zone, fromPeriod, receivedAt, extra } = reading;
  const sentAt = new Date(body.sentAt);
  const period = parsePeriod(body.period);
  const offset = clockOffsetSeconds(sentAt, spokenAt({ channel, sentAt, receivedAt }));
  if (period < fromPeriod) {
    throw fieldError('PERIOD_INVALID', '/period', `This site reports from ${fromPeriod} on, its first month.`);
  }
  if (receivedAt < instantAt(periodDays(period).last, '00:00', zone)) {
    throw fieldError('PERIOD_NOT_OVER', '/period', 'A period is reported from its last day on.');
  }
  const lines = body.lines.map(({ tenant, meter, peak }) => ({ tenant, meter, count: peak }));
  const peaks = readCounts(lines, product, '/lines');
  return {
    kind: 'usageReport',
    from,
    channel,
    version: body.version ?? 1,
    productVersion: body.productVersion ?? null,
    sentAt,
    receivedAt,
    clockOffsetSeconds: offset,
    period,
    revision: body.revision,
    peaks,
    extra,
    contentHash: hashOf(peaks),
  };
}
