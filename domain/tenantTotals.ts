/**
 * An issued statement broken down by tenant and unit. Lines name theirs; what is billed for several together (a minimum, a
 * licence of a whole site) is divided among them, so that the units and what is of none add up to the total to the last minor
 * unit. Nothing is billed by it: it says whose the amounts are.
 */
import type { MeterCode } from './catalog/index.js';
import { compareTexts } from './compareTexts.js';
import { groupBy } from './groupBy.js';
import { byLargestRemainder } from './largestRemainder.js';
import { sumMinor } from './money.js';
import type { Statement, StatementLine, UsageLine } from './statement.js';

/** A unit's part of a line that is of several; minor units of the statement's currency. */
export interface SharedLine {
  lineNo: number;
  kind: StatementLine['kind'];
  amountMinor: bigint;
  /** One minor unit of it is a rounding difference that fell to this unit by largest remainder. */
  byRemainder: boolean;
}

/** What a unit has of one meter by its own lines. */
export interface MeterTotal {
  meter: MeterCode;
  /** Billable, of the statement's month. */
  quantity: number;
  /** Of earlier months: what corrections add to the quantities of then. */
  corrected: number;
  /** Units of licences billed here. */
  licensed: number;
  /** Minor units of the statement's currency. */
  amountMinor: bigint;
}

/** A tenant or unit by itself, without those below it. */
export interface UnitTotal {
  /** Null: usage that is assigned to nobody. */
  tenantId: string | null;
  /** As the statement prints it; null: unassigned. */
  tenantName: string | null;
  meters: MeterTotal[];
  shared: SharedLine[];
  /** Of its own lines, of its parts of others, and both; minor units of the statement's currency. */
  ownMinor: bigint;
  sharedMinor: bigint;
  totalMinor: bigint;
}

export interface TenantTotals {
  /** By name, what is unassigned last. */
  units: UnitTotal[];
  /** What no rule divides: without any usage to divide by, or about a whole statement of an earlier month. */
  ofNobody: { lines: { lineNo: number; kind: StatementLine['kind']; amountMinor: bigint }[]; totalMinor: bigint };
  totalMinor: bigint;
}

type Owned = Extract<StatementLine, { meter: MeterCode | null }>;
type Weights = Map<string, bigint>;

const UNASSIGNED = '';
const keyOf = (tenantId: string | null) => tenantId ?? UNASSIGNED;

/** Whether a line is of one unit: of usage also where it is assigned to nobody, of a licence where it names a tenant. */
function isOwned(line: StatementLine): line is Owned {
  if (line.kind === 'usage' || line.kind === 'correction') return true;
  if (line.kind === 'manual_correction') {
    return line.meter !== null && !(line.tenantId === null && isLicence(line.correctsKind));
  }
  return (line.kind === 'term' || line.kind === 'extension') && line.tenantId !== null;
}

const isLicence = (kind: string | null) => kind === 'term' || kind === 'extension';

function summed(usage: readonly UsageLine[], weightOf: (line: UsageLine) => bigint): Weights {
  const weights: Weights = new Map();
  for (const line of usage) {
    const key = keyOf(line.tenantId);
    weights.set(key, (weights.get(key) ?? 0n) + weightOf(line));
  }
  return weights;
}

/** By what a line of several units is divided: a minimum by what each pays for its usage, a licence of a site by the use of it. */
function weightsOf(line: StatementLine, usage: readonly UsageLine[]): Weights | null {
  if (line.kind === 'minimum') return summed(usage, ({ amountMinor }) => amountMinor);
  if (line.kind !== 'term' && line.kind !== 'extension') return null;
  const covered = usage.filter(({ siteId, meter }) => siteId === line.siteId && meter === line.meter);
  return summed(covered, ({ peak }) => BigInt(peak));
}

function metersOf(lines: readonly Owned[]): MeterTotal[] {
  const totals = new Map<MeterCode, MeterTotal>();
  for (const line of lines) {
    if (line.meter === null) continue;
    const total = totals.get(line.meter) ?? {
      ...{ meter: line.meter, quantity: 0, corrected: 0, licensed: 0, amountMinor: 0n },
    };
    totals.set(line.meter, total);
    total.amountMinor += line.amountMinor;
    if (line.kind === 'usage') total.quantity += line.quantity;
    else if (line.kind === 'term' || line.kind === 'extension') total.licensed += line.count;
    else total.corrected += (line.newQuantity ?? 0) - (line.oldQuantity ?? 0);
  }
  return [...totals.values()].sort((a, b) => compareTexts(a.meter, b.meter));
}

/** The totals of a statement as issued. Pure. */
export function tenantTotals({ lines, totalMinor }: Pick<Statement, 'lines' | 'totalMinor'>): TenantTotals {
  const usage = lines.filter((line) => line.kind === 'usage');
  const owned = groupBy(lines.filter(isOwned), ({ tenantId }) => keyOf(tenantId));
  const shared = new Map<string, SharedLine[]>();
  const rest: StatementLine[] = [];
  for (const line of lines) {
    if (isOwned(line)) continue;
    const weights = [...(weightsOf(line, usage) ?? [])].filter(([, weight]) => weight > 0n);
    if (weights.length === 0) {
      rest.push(line);
      continue;
    }
    const parts = byLargestRemainder(
      line.amountMinor,
      weights.map(([, weight]) => weight),
    );
    weights.forEach(([key], place) => {
      const part = parts[place];
      if (part === undefined) return;
      shared.set(key, [...(shared.get(key) ?? []), { lineNo: line.lineNo, kind: line.kind, ...part }]);
    });
  }
  const units = [...owned].map(([key, own]): UnitTotal => {
    const parts = shared.get(key) ?? [];
    const ownMinor = sumMinor(own.map(({ amountMinor }) => amountMinor));
    const sharedMinor = sumMinor(parts.map(({ amountMinor }) => amountMinor));
    return {
      tenantId: key === UNASSIGNED ? null : key,
      tenantName: own[0]?.tenantName ?? null,
      meters: metersOf(own),
      shared: parts,
      ...{ ownMinor, sharedMinor, totalMinor: ownMinor + sharedMinor },
    };
  });
  return {
    units: units.sort(byName),
    ofNobody: {
      lines: rest.map(({ lineNo, kind, amountMinor }) => ({ lineNo, kind, amountMinor })),
      totalMinor: sumMinor(rest.map(({ amountMinor }) => amountMinor)),
    },
    totalMinor,
  };
}

function byName(a: UnitTotal, b: UnitTotal): number {
  if (a.tenantId === null || b.tenantId === null) return a.tenantId === null ? 1 : -1;
  return compareTexts(a.tenantName, b.tenantName) || compareTexts(a.tenantId, b.tenantId);
}
