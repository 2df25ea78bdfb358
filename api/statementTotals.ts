import type { z } from 'zod';
import type { Trx } from '../db/connect.js';
import { unitTree, type TreeUnit } from '../db/readModels/unitTree.js';
import { loadStatements, type IssuedStatement } from '../db/statements/statementStore.js';
import { tenantTotals, type TenantTotals, type UnitTotal } from '../domain/tenantTotals.js';
import { toAmount } from './schemas/statements.js';
import type { statementTotals } from './schemas/tenantDocuments.js';

/** An issued statement broken down, with the places of its units as far as the reader sees them. */
export interface BrokenDown {
  issued: IssuedStatement;
  totals: TenantTotals;
  tree: ReadonlyMap<string, TreeUnit>;
}

/** Undefined: there is no such statement for the reader. */
export async function breakDown(trx: Trx, statementId: string): Promise<BrokenDown | undefined> {
  const [issued] = await loadStatements(trx, [statementId]);
  if (issued === undefined) return undefined;
  const totals = tenantTotals(issued.statement);
  const ids = totals.units.flatMap(({ tenantId }) => (tenantId === null ? [] : [tenantId]));
  const tree = new Map((await unitTree(trx, issued.mspId, ids)).map((unit) => [unit.id, unit]));
  return { issued, totals, tree };
}

/** A unit's own reference and that of the one above it, by its id. */
export function refsOf(tree: BrokenDown['tree']): Map<string, { ref: string; parentRef: string | null }> {
  return new Map(
    [...tree].map(([id, { ref, parentId }]) => [id, { ref, parentRef: tree.get(parentId ?? '')?.ref ?? null }]),
  );
}

/** A unit without lines of its own that has some below it. */
const withoutLines = ({ id, name }: TreeUnit): UnitTotal => ({
  ...{ tenantId: id, tenantName: name, meters: [], shared: [] },
  ...{ ownMinor: 0n, sharedMinor: 0n, totalMinor: 0n },
});

/** What is of a unit and of all below it, by its id. */
function withBelow(units: readonly UnitTotal[], tree: BrokenDown['tree']): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { tenantId, totalMinor } of units) {
    for (let at = tenantId; at !== null; at = tree.get(at)?.parentId ?? null) {
      sums.set(at, (sums.get(at) ?? 0n) + totalMinor);
    }
  }
  return sums;
}

export function totalsToJson({ issued, totals, tree }: BrokenDown): z.input<typeof statementTotals> {
  const { number, period, currency } = issued.statement;
  const amount = (minor: bigint) => toAmount(minor, currency);
  const own = new Set(totals.units.map(({ tenantId }) => tenantId));
  const units = [...totals.units, ...[...tree.values()].filter(({ id }) => !own.has(id)).map(withoutLines)];
  const sums = withBelow(totals.units, tree);
  const refs = refsOf(tree);
  return {
    statementId: issued.statementId,
    ...{ number, period, currency },
    units: units.map(({ tenantId, tenantName, meters, shared, ownMinor, sharedMinor, totalMinor }) => ({
      tenantId,
      ...((tenantId === null ? undefined : refs.get(tenantId)) ?? { ref: null, parentRef: null }),
      name: tenantName,
      meters: meters.map(({ amountMinor, ...meter }) => ({ ...meter, amount: amount(amountMinor) })),
      shared: shared.map(({ amountMinor, ...line }) => ({ ...line, amount: amount(amountMinor) })),
      ...{ own: amount(ownMinor), ofShared: amount(sharedMinor), total: amount(totalMinor) },
      withUnitsBelow: amount((tenantId === null ? undefined : sums.get(tenantId)) ?? totalMinor),
    })),
    ofNobody: {
      total: amount(totals.ofNobody.totalMinor),
      lines: totals.ofNobody.lines.map(({ amountMinor, ...line }) => ({ ...line, amount: amount(amountMinor) })),
    },
    total: amount(totals.totalMinor),
  };
}
