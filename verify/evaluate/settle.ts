/**
 * Rules 3 to 5: what a site, tenant and meter comes to once every finding got its default or a person's decision, and which
 * findings there are. Written for verify alone, from the table of rule 3.
 */
import type { KnownSite, Part, Usage } from './known.js';
import { coveredOnceSettled, leftOf } from './licences.js';
import type { Rules } from './rules.js';

export interface Settled {
  value: number;
  basis: string;
}

/** A person's decision. */
export interface Decided {
  decision: string;
  quantity: number | null;
}

/** A case that was settled. */
export interface SettledCase {
  kind: string;
  siteId: string | null;
  tenantRef: string | null;
  meter: string | null;
  /** Null: by rule or default. */
  decided: Decided | null;
}

/** Kinds that are about quantities, in the order of rule 3 in which they apply; `site`: one case for all of a site. */
const ORDER: readonly { kind: string; of: 'site' | 'usage' }[] = [
  { kind: 'clock_off', of: 'site' },
  { kind: 'missing_report', of: 'site' },
  { kind: 'usage_after_revocation', of: 'usage' },
  { kind: 'report_mismatch', of: 'usage' },
  { kind: 'two_installations', of: 'usage' },
  { kind: 'unassigned_tenant', of: 'usage' },
  { kind: 'usage_jump', of: 'usage' },
  { kind: 'first_month_large', of: 'usage' },
  { kind: 'licence_exceeded', of: 'usage' },
];

/** Whether findings of the kind can be told here. */
export const isKnownKind = (kind: string) => ORDER.some((one) => one.kind === kind);

const added = (numbers: readonly (number | null)[]) => numbers.reduce<number>((sum, one) => sum + (one ?? 0), 0);

function asReported({ parts }: Usage): Settled {
  const value = added(parts.map((part) => part.reported ?? (part.expected ? 0 : part.observed)));
  const nobodyReports = parts.length > 0 && parts.every((part) => !part.expected && part.reported === null);
  return { value, basis: nobodyReports ? 'observed' : 'reported' };
}

function estimated({ parts, last }: Usage): Settled {
  if (parts.length === 0) return { value: last ?? 0, basis: 'estimated' };
  return {
    value: added(parts.map((part) => part.reported ?? part.observed ?? part.lastConfirmed)),
    basis: 'estimated',
  };
}

function greater(usage: Usage, before: Settled): Settled {
  if (before.basis === 'estimated') {
    const each = usage.parts.map(({ reported, observed, lastConfirmed }) => {
      const known = [reported, observed].filter((one) => one !== null);
      return known.length === 0 ? lastConfirmed : Math.max(...known);
    });
    return { value: added(each), basis: 'estimated' };
  }
  const value = added(usage.parts.map((part) => Math.max(part.reported ?? 0, part.observed ?? 0)));
  return { value, basis: value > asReported(usage).value ? 'observed' : 'reported' };
}

/** Who ended its own key does not set its bill by it. */
function untilEnd({ parts }: Usage, before: Settled): Settled {
  const isCut = (part: Part) => part.usedAfterOn !== null && !part.ownEnd;
  if (!parts.some(isCut)) return before;
  const each = parts.map((part) => {
    if (isCut(part)) return part.beforeEnd;
    if (part.reported === null && part.observed === null) return part.lastConfirmed;
    return Math.max(part.reported ?? 0, part.observed ?? 0);
  });
  const isSilent = parts.some((part) => !isCut(part) && part.expected && part.reported === null);
  return { value: added(each), basis: before.basis === 'estimated' && isSilent ? 'estimated' : 'observed' };
}

const unbilled: Settled = { value: 0, basis: 'waived' };

function byDefault(kind: string, chosen: string | undefined, usage: Usage, before: Settled): Settled {
  switch (`${kind} ${chosen ?? ''}`) {
    case 'missing_report estimated':
      return estimated(usage);
    case 'usage_after_revocation up_to_revocation':
      return untilEnd(usage, before);
    case 'report_mismatch greater':
      return greater(usage, before);
    case 'unassigned_tenant not_billed':
    case 'first_month_large not_billed':
      return unbilled;
    default:
      return before;
  }
}

/**
 * A source that a person accepted. It decides where there are two numbers; a number that stands alone counts, and of who is silent
 * what is estimated: by a waiver alone, with its reason, nothing is billed.
 */
function accepted(source: 'reported' | 'observed', usage: Usage, isSilent: boolean): Settled {
  const { parts } = usage;
  if (parts.length === 0) return isSilent ? estimated(usage) : { value: 0, basis: source };
  const other = source === 'reported' ? 'observed' : 'reported';
  let [value, basis] = [0, other as string];
  for (const part of parts) {
    value += part[source] ?? part[other] ?? part.lastConfirmed ?? 0;
    if (part[source] !== null && basis !== 'estimated') basis = source;
    const isGuess =
      source === 'reported'
        ? part.expected && part.reported === null
        : part.observed === null && part.reported === null;
    if (isGuess) basis = 'estimated';
  }
  return { value, basis };
}

function byPerson({ decision, quantity }: Decided, usage: Usage, default_: Settled, isSilent: boolean): Settled {
  switch (decision) {
    case 'accept_reported':
      return accepted('reported', usage, isSilent);
    case 'accept_observed':
      return accepted('observed', usage, isSilent);
    case 'set_quantity':
      return { value: quantity ?? 0, basis: 'decided' };
    case 'waive':
      return unbilled;
    case 'defer':
      return { value: 0, basis: 'deferred' };
    default:
      return default_;
  }
}

/**
 * What the cases of its month make of a usage; of two cases of one kind and place the later one counts. A quantity that a
 * person chose stays, whatever is done by default about another case, unless that leaves it unbilled.
 */
export function settle(site: KnownSite, usage: Usage, cases: readonly SettledCase[], rules: Rules): Settled {
  let settled = asReported(usage);
  let chosen = false;
  for (const { kind } of ORDER) {
    const its = cases.filter((one) => one.kind === kind && one.siteId === site.siteId);
    const found =
      its.findLast((one) => one.meter === usage.meter && one.tenantRef === usage.tenantRef) ??
      its.findLast((one) => one.meter === null && one.tenantRef === null);
    if (found === undefined) continue;
    const default_ = byDefault(kind, rules.defaults[kind], usage, settled);
    if (found.decided !== null) {
      settled = byPerson(found.decided, usage, default_, site.silent.length > 0);
      if (settled !== default_) chosen = true;
    } else if (!chosen || default_.basis === 'waived') settled = default_;
  }
  return settled;
}

function isFar(reported: number, observed: number, { units, percent }: Rules['tolerance']): boolean {
  const [low, high] = reported < observed ? [reported, observed] : [observed, reported];
  return high - low > units && (high - low) * 100 > percent * high;
}

function applies(kind: string, site: KnownSite, usage: Usage, { value }: Settled, rules: Rules): boolean {
  const { parts, last } = usage;
  switch (kind) {
    case 'usage_after_revocation':
      return site.revoked && parts.some((part) => part.usedAfterOn !== null);
    case 'report_mismatch':
      return (
        !parts.some((part) => part.usedAfterOn !== null) &&
        parts.some(
          ({ reported, observed }) =>
            reported !== null && observed !== null && isFar(reported, observed, rules.tolerance),
        )
      );
    case 'two_installations':
      return parts.length >= 2;
    case 'unassigned_tenant':
      return usage.tenantId === null;
    case 'usage_jump': {
      if (last === null) return false;
      const change = value > last ? value - last : last - value;
      return change > rules.jump.units && change * 100 > rules.jump.percent * last;
    }
    case 'first_month_large':
      return last === null && value > rules.firstMonthUnits;
    case 'licence_exceeded': {
      const left = leftOf(value, usage);
      return left.licensed > 0 && left.quantity > 0;
    }
    default:
      return false;
  }
}

/** What rule 3 finds in a site, each as a case that is settled by its rule or default. */
export function findings(site: KnownSite, rules: Rules): SettledCase[] {
  const { siteId } = site;
  const judging = ORDER.filter(({ kind }) => rules.kinds.includes(kind));
  const ofSite = judging.filter(
    ({ kind }) =>
      (kind === 'clock_off' && Math.abs(site.clockOffsetSeconds) > rules.clockOffHours * 3600) ||
      (kind === 'missing_report' && site.silent.length > 0),
  );
  const found = ofSite.map(({ kind }): SettledCase => ({ kind, siteId, tenantRef: null, meter: null, decided: null }));
  const judge = (usage: Usage): { value: number; kinds: string[] } => {
    let settled = asReported(usage);
    const kinds: string[] = [];
    for (const each of judging) {
      const { kind, of } = each;
      if (of === 'site' ? !ofSite.includes(each) : !applies(kind, site, usage, settled, rules)) continue;
      if (of === 'usage') kinds.push(kind);
      settled = byDefault(kind, rules.defaults[kind], usage, settled);
    }
    return { value: settled.value, kinds };
  };
  // What licences cover depends on what all usages of the site come to, and nothing of that on what they cover.
  for (const usage of coveredOnceSettled(site.usages, (one) => judge(one).value)) {
    const { tenantRef, meter } = usage;
    for (const kind of judge(usage).kinds) found.push({ kind, siteId, tenantRef, meter, decided: null });
  }
  return found;
}
