/** A played world against what it comes to: line by line, to the cent. */
import type { Statement } from '../../domain/statement.js';
import { chronicleOf, membership } from './chronicle.js';
import { expectedMonths, type ExpectedMonth, type PrintedRate } from './oracle.js';
import { STANDING, type Played } from './play.js';
import type { World } from './world.js';

const said = (quantity: number | null, minor: bigint) =>
  `${quantity === null ? '' : `${quantity} units, `}${minor} minor`;

/** Per month and line what its statement and all corrections of it come to, in the month's currency. */
function billed(statements: readonly Statement[]): Map<string, string> {
  const lines = new Map<string, { quantity: number | null; minor: bigint }>();
  const add = (key: string, quantity: number | null, minor: bigint) => {
    lines.set(key, { quantity, minor: (lines.get(key)?.minor ?? 0n) + minor });
  };
  for (const { period, lines: its } of statements) {
    for (const line of its) {
      switch (line.kind) {
        case 'usage':
          add(`${period} ${line.siteName}/${line.tenantRef ?? ''}/${line.meter}`, line.quantity, line.amountMinor);
          break;
        case 'correction': {
          const key = `${line.forPeriod} ${line.siteName}/${line.tenantRef ?? ''}/${line.meter}`;
          add(key, line.newQuantity, line.ratedMinor - line.billedMinor);
          break;
        }
        case 'minimum':
          add(`${period} minimum`, null, line.amountMinor);
          break;
        case 'minimum_correction':
          add(`${line.forPeriod} minimum`, null, line.ratedMinor - line.billedMinor);
      }
    }
  }
  return texts([...lines]);
}

function texts(lines: readonly [string, { quantity: number | null; minor: bigint }][]): Map<string, string> {
  return new Map(
    lines.flatMap(([key, { quantity, minor }]) =>
      minor === 0n && (quantity ?? 0) === 0 ? [] : [[key, said(quantity, minor)] as const],
    ),
  );
}

function expected(months: readonly ExpectedMonth[]): Map<string, string> {
  return texts(
    months.flatMap(({ period, lines, minimumMinor }) => [
      ...lines.map(({ site, tenantRef, meter, quantity, minor }): [string, { quantity: number; minor: bigint }] => [
        `${period} ${site}/${tenantRef}/${meter}`,
        { quantity, minor },
      ]),
      [`${period} minimum`, { quantity: null, minor: minimumMinor }] as const,
    ]),
  );
}

/** The lines in which two of them differ, of months that are settled. */
function differences(
  what: string,
  a: Map<string, string>,
  b: Map<string, string>,
  settled: ReadonlySet<string>,
): string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => settled.has(key.slice(0, 7)) && a.get(key) !== b.get(key))
    .sort()
    .map((key) => `${what}: ${key}: ${a.get(key) ?? 'nothing'}, not ${b.get(key) ?? 'nothing'}`);
}

/** Everything about a played world that is not as it should be. */
export function problemsOf(world: World, played: Played): string[] {
  const sites = chronicleOf(world);
  return world.programmes.flatMap((programme, index) => {
    const { late = [], inTime = [] } = played.statements[index] ?? {};
    // What was learnt last is booked for all months but the one that was closed with it.
    const settled = new Set(membership(programme).slice(0, -1));
    const rates = new Map(
      late.map(({ period, currency, exchange }): [string, PrintedRate] => [
        period,
        { currency, rate: exchange?.rate ?? null },
      ]),
    );
    const decided = played.taken.filter(({ decision }) => STANDING.has(decision));
    const right = expected(expectedMonths(world, { sites, index, rates, decided }));
    const broken = Object.entries(played.broken[index] ?? {}).map(
      ([name, verdict]) => `verify ${name}: ${JSON.stringify(verdict)}`,
    );
    return [
      ...differences('late, by the oracle', billed(late), right, settled),
      ...differences('in time, by the oracle', billed(inTime), right, settled),
      ...differences('late, by its twin', billed(late), billed(inTime), settled),
      ...broken,
    ].map((problem) => `programme ${index}: ${problem}`);
  });
}
