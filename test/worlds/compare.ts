/** A played world against what it comes to: line by line, to the cent. */
import { differenceOf, type Statement } from '../../domain/statement.js';
import { chronicleOf, closedAt, membership, type SiteChronicle } from './chronicle.js';
import { expectedMonths, type ExpectedMonth, type PrintedRate, type SetByHand } from './oracle.js';
import { STANDING, type Played, type Twin } from './play.js';
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
          add(key, line.newQuantity, differenceOf(line));
          break;
        }
        case 'minimum':
          add(`${period} minimum`, null, line.amountMinor);
          break;
        case 'minimum_correction':
          add(`${line.forPeriod} minimum`, null, differenceOf(line));
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

/** What people waived or counted stands: the rules book nothing of it any more. */
function undone(statements: readonly Statement[], corrected: Played['corrected']): string[] {
  return corrected.flatMap(({ line: key, change, after }) => {
    if (change === 'amount') return [];
    return statements.flatMap(({ period, lines }) =>
      period <= after
        ? []
        : lines.flatMap((line) =>
            line.kind === 'correction' &&
            `${line.forPeriod} ${line.siteName}/${line.tenantRef ?? ''}/${line.meter}` === key
              ? [`late: ${period} corrects ${key} by ${line.amountMinor}, of which people had a ${change} confirmed`]
              : [],
          ),
    );
  });
}

/** With what people took off by an amount: of a line no less than nothing is left. */
function withAmounts(months: readonly ExpectedMonth[], corrected: Played['corrected']): ExpectedMonth[] {
  const amounts = new Map<string, bigint>();
  for (const { line, amountMinor } of corrected) amounts.set(line, (amounts.get(line) ?? 0n) + amountMinor);
  return months.map((month) => {
    const left = new Map([...amounts].filter(([key]) => key.startsWith(`${month.period} `)));
    const lines = month.lines.map((line) => {
      const key = `${month.period} ${line.site}/${line.tenantRef}/${line.meter}`;
      const hand = left.get(key) ?? 0n;
      left.delete(key);
      return line.minor + hand < 0n ? { ...line, minor: -hand } : line;
    });
    // A line that is expected no more was billed, and people took from it.
    const gone = [...left].map(([key, hand]) => {
      const [site = '', tenantRef = '', meter = ''] = key.slice(month.period.length + 1).split('/');
      return { site, tenantRef, meter, quantity: 0, minor: hand < 0n ? -hand : 0n };
    });
    return { ...month, lines: [...lines, ...gone] };
  });
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
  except: ReadonlySet<string> = new Set(),
): string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => settled.has(key.slice(0, 7)) && !except.has(key) && a.get(key) !== b.get(key))
    .sort()
    .map((key) => `${what}: ${key}: ${a.get(key) ?? 'nothing'}, not ${b.get(key) ?? 'nothing'}`);
}

/** When something came or was changed at sites of a programme, in the order in which a twin's messages come. */
function instantsOf(sites: readonly SiteChronicle[], index: number, twin: Twin): Date[] {
  return sites.flatMap(({ programme, changes, told }) =>
    programme !== index
      ? []
      : [...changes.map(({ at }) => at), ...told.map((one) => (twin === 'late' ? one.receivedAt : one.inTimeAt))],
  );
}

/** Corrections of a statement between whose month and the one before nothing came, changed, was set by hand or had been deferred. */
function repeated(
  twin: Twin,
  statements: readonly Statement[],
  sites: readonly SiteChronicle[],
  { index, taken, hands }: { index: number; taken: Played['taken']; hands: readonly SetByHand[] },
): string[] {
  const instants = [...instantsOf(sites, index, twin), ...hands.map(({ at }) => at)];
  return statements.flatMap(({ period, lines }, place) => {
    const before = statements[place - 1]?.period;
    const corrections = lines.filter((line) => line.kind === 'correction' || line.kind === 'minimum_correction');
    if (before === undefined || corrections.length === 0) return [];
    const isNew = instants.some((at) => at >= closedAt(before) && at < closedAt(period));
    const wasDeferred = taken.some(
      (one) => one.programme === index && one.period === before && one.decision === 'defer',
    );
    const months = corrections.map(({ forPeriod, amountMinor }) => `${forPeriod} by ${amountMinor}`).join(', ');
    return isNew || wasDeferred ? [] : [`${twin}: ${period} corrects ${months}, and nothing came since ${before}`];
  });
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
    const corrected = played.corrected.filter((one) => one.programme === index);
    const hands = corrected.flatMap(({ set }) => (set === null ? [] : [set]));
    const right = expected(expectedMonths(world, { sites, index, rates, decided, hands: [] }));
    // People correct the late one alone: what it is estimated by since, and what is priced beside it, is another number.
    const months = expectedMonths(world, { sites, index, rates, decided, hands });
    const byHands = expected(months);
    const lateRight = expected(withAmounts(months, corrected));
    const all = [...right.keys(), ...byHands.keys()];
    const touched = new Set([
      ...corrected.map(({ line }) => line),
      ...all.filter((key) => right.get(key) !== byHands.get(key)),
    ]);
    const standing = new Set(corrected.flatMap(({ line, change }) => (change === 'amount' ? [] : [line])));
    const broken = Object.entries(played.broken[index] ?? {}).map(
      ([name, verdict]) => `verify ${name}: ${JSON.stringify(verdict)}`,
    );
    return [
      ...differences('late, by the oracle', billed(late), lateRight, settled, standing),
      ...undone(late, corrected),
      ...differences('in time, by the oracle', billed(inTime), right, settled),
      ...differences('late, by its twin', billed(late), billed(inTime), settled, touched),
      ...repeated('late', late, sites, { index, taken: played.taken, hands }),
      ...repeated('inTime', inTime, sites, { index, taken: played.taken, hands: [] }),
      ...broken,
    ].map((problem) => `programme ${index}: ${problem}`);
  });
}
