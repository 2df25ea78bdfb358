/** Rule 22: what term licences leave of a quantity. Written for verify alone. */
import { aggregationOf } from '../../domain/catalog/index.js';
import { dayLater, daysBetween, firstDayOf, lastDayOf } from './calendar.js';
import type { Span, Usage } from './known.js';

/** A licence on the days of one month that it covers, both inclusive. */
export interface HeldLicence {
  tenantId: string | null;
  meter: string;
  count: number;
  first: string;
  last: string;
}

/** The month in spans of days between which the licences of a meter change; a single one where none does. */
export function spansOf(
  period: string,
  meter: string,
  held: readonly HeldLicence[],
): { first: string; last: string }[] {
  const [begin, end] = [firstDayOf(period), lastDayOf(period)];
  if (aggregationOf(meter) !== 'peak') return [{ first: begin, last: end }];
  const cuts = [...new Set(held.flatMap(({ first, last }) => [first, dayLater(last, 1)]))]
    .filter((day) => day > begin && day <= end)
    .sort();
  return [begin, ...cuts].map((first, index) => {
    const next = cuts[index];
    return { first, last: next === undefined ? end : dayLater(next, -1) };
  });
}

function countFor(period: string, licence: HeldLicence): number {
  const [begin, end] = [firstDayOf(period), lastDayOf(period)];
  switch (aggregationOf(licence.meter)) {
    case 'peak':
      return licence.count;
    case 'last':
      return licence.last === end ? licence.count : 0;
    case 'sum': {
      const [days, all] = [daysBetween(licence.first, licence.last) + 1, daysBetween(begin, end) + 1];
      return Math.floor((licence.count * days + all - 1) / all);
    }
  }
}

/** Units of each usage that are covered: its tenant's own licences first, then those of the site as far as they reach. */
function covered(
  usages: readonly Usage[],
  needed: readonly number[],
  licences: readonly { tenantId: string | null; count: number }[],
): number[] {
  const got = usages.map(() => 0);
  const give = (indexes: readonly number[], count: number) => {
    let left = count;
    indexes.forEach((index, place) => {
      const missing = Math.max(0, (needed[index] ?? 0) - (got[index] ?? 0));
      // What nobody needs stays with the last one: it changes nothing that is billed.
      const share = place === indexes.length - 1 ? left : Math.min(left, missing);
      got[index] = (got[index] ?? 0) + share;
      left -= share;
    });
  };
  for (const { tenantId, count } of licences.filter((one) => one.tenantId !== null)) {
    give(
      usages.flatMap((usage, index) => (usage.tenantId === tenantId ? [index] : [])),
      count,
    );
  }
  for (const { count } of licences.filter((one) => one.tenantId === null)) give([...usages.keys()], count);
  return got;
}

function mostOf({ parts, last }: Usage): number {
  if (parts.length === 0) return last ?? 0;
  let most = 0;
  for (const { reported, observed, lastConfirmed } of parts) {
    most += Math.max(reported ?? 0, observed ?? 0, lastConfirmed ?? 0);
  }
  return most;
}

/** Writes into the usages of a site what its licences cover, for the month or on each span of days. */
export function cover(period: string, usages: readonly Usage[], held: readonly HeldLicence[]): void {
  for (const meter of new Set(usages.map((usage) => usage.meter))) {
    const its = usages.filter((usage) => usage.meter === meter);
    const licences = held.filter((licence) => licence.meter === meter);
    const spans = its[0]?.spans ?? [];
    if (spans.length === 0) {
      const counts = licences.map((licence) => ({ tenantId: licence.tenantId, count: countFor(period, licence) }));
      const got = covered(its, its.map(mostOf), counts);
      its.forEach((usage, index) => (usage.licensed = got[index] ?? 0));
      continue;
    }
    spans.forEach(({ first, last }, place) => {
      const holding = licences.filter((licence) => licence.first <= first && last <= licence.last);
      const needed = its.map((usage) => usage.spans[place]?.count ?? 0);
      const got = covered(its, needed, holding);
      its.forEach((usage, index) => {
        const span = usage.spans[place];
        if (span !== undefined) span.licensed = got[index] ?? 0;
      });
    });
  }
}

/** What is left of a usage that comes to `value`, and how. */
export function leftOf(value: number, { licensed, spans }: Pick<Usage, 'licensed' | 'spans'>) {
  if (spans.length === 0) return { quantity: value > licensed ? value - licensed : 0, licensed, spans: [] as Span[] };
  const highest = spans.reduce((most, { count }) => (count > most ? count : most), 0);
  const settled = spans.map((span) => ({
    ...span,
    count: span.count === highest ? value : Math.min(span.count, value),
  }));
  const quantity = settled.reduce((most, span) => Math.max(most, span.count - span.licensed), 0);
  return { quantity, licensed: value - quantity, spans: settled };
}
