/** Rule 22: what term licences leave of a quantity. Written for verify alone. */
import { aggregationOf } from '../../domain/catalog/index.js';
import { dayLater, daysBetween, firstDayOf, lastDayOf } from './calendar.js';
import type { HeldLicence, Span, Usage } from './known.js';

export type { HeldLicence } from './known.js';

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

/** Units of a meter that licences of one tenant, or of the site, cover in a month without spans of days. */
function unitsOf(period: string, licences: readonly HeldLicence[]): number {
  const [begin, end] = [firstDayOf(period), lastDayOf(period)];
  const [one] = licences;
  if (one === undefined) return 0;
  const add = (units: (licence: HeldLicence) => number) =>
    licences.reduce((total, licence) => total + units(licence), 0);
  switch (aggregationOf(one.meter)) {
    case 'peak':
      return add(({ count }) => count);
    case 'last':
      return add(({ last, count }) => (last === end ? count : 0));
    case 'sum': {
      const all = daysBetween(begin, end) + 1;
      return Math.floor((add(({ count, first, last }) => count * (daysBetween(first, last) + 1)) + all - 1) / all);
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

/** Units that each of these usages needs covered: of the month, or on one of its spans of days. */
interface Needs {
  all: (usage: Usage) => number;
  on: (usage: Usage, place: number) => number;
}

/** Writes into usages of one site and meter what its licences cover, for the month or on each span of days. */
function spread(period: string, its: readonly Usage[], licences: readonly HeldLicence[], { all, on }: Needs): void {
  const spans = its[0]?.spans ?? [];
  if (spans.length === 0) {
    const counts = [...new Set(licences.map(({ tenantId }) => tenantId))].map((tenantId) => {
      const own = licences.filter((licence) => licence.tenantId === tenantId);
      return { tenantId, count: unitsOf(period, own) };
    });
    const got = covered(its, its.map(all), counts);
    its.forEach((usage, index) => (usage.licensed = got[index] ?? 0));
  }
  spans.forEach(({ first, last }, place) => {
    const holding = licences.filter((licence) => licence.first <= first && last <= licence.last);
    const needed = its.map((usage) => on(usage, place));
    const got = covered(its, needed, holding);
    its.forEach((usage, index) => {
      const span = usage.spans[place];
      if (span !== undefined) span.licensed = got[index] ?? 0;
    });
  });
}

/** Writes into the usages of a site what its licences cover before anything is settled, by the highest numbers. */
export function cover(period: string, usages: readonly Usage[], held: readonly HeldLicence[]): void {
  for (const meter of new Set(usages.map((usage) => usage.meter))) {
    const its = usages.filter((usage) => usage.meter === meter);
    const licences = held.filter((licence) => licence.meter === meter);
    spread(period, its, licences, { all: mostOf, on: ({ spans }, place) => spans[place]?.count ?? 0 });
    for (const usage of its) usage.held = licences;
  }
}

/** Counts of spans once the usage comes to `value`, which stands for the highest. */
function countsAt(value: number, spans: readonly Span[]): number[] {
  const highest = spans.reduce((most, { count }) => (count > most ? count : most), 0);
  return spans.map(({ count }) => (count === highest ? value : Math.min(count, value)));
}

/** Copies of a site's usages, in their order, with what its licences cover once each comes to what `valueOf` says. */
export function coveredOnceSettled(usages: readonly Usage[], valueOf: (usage: Usage) => number): Usage[] {
  const copies = usages.map((usage): Usage => ({ ...usage, spans: usage.spans.map((span) => ({ ...span })) }));
  const values = new Map<Usage, number>(copies.map((copy, index) => [copy, valueOf(usages[index] ?? copy)]));
  const needs: Needs = {
    all: (usage) => values.get(usage) ?? 0,
    on: (usage, place) => countsAt(values.get(usage) ?? 0, usage.spans)[place] ?? 0,
  };
  for (const meter of new Set(copies.map((usage) => usage.meter))) {
    const its = copies.filter((usage) => usage.meter === meter);
    const held = its[0]?.held ?? [];
    const [first] = held;
    if (first !== undefined) spread(first.first.slice(0, 7), its, held, needs);
  }
  return copies;
}

/** What is left of a usage that comes to `value`, and how. */
export function leftOf(value: number, { licensed, spans }: Pick<Usage, 'licensed' | 'spans'>) {
  if (spans.length === 0) return { quantity: value > licensed ? value - licensed : 0, licensed, spans: [] as Span[] };
  const counts = countsAt(value, spans);
  const settled = spans.map((span, place) => ({ ...span, count: counts[place] ?? 0 }));
  const quantity = settled.reduce((most, span) => Math.max(most, span.count - span.licensed), 0);
  return { quantity, licensed: value - quantity, spans: settled };
}
