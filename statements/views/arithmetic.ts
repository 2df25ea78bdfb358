import { aggregationOf, type MeterCode } from '../../domain/catalog/index.js';
import { sumMinor } from '../../domain/money.js';
import type { UsageLine } from '../../domain/statement.js';
import { meterName, priceText } from '../../locales/index.js';
import { meterCell, type ViewContext } from './context.js';
import { body, small, strong, type Cell, type Section } from './types.js';

/** Up to this many counts are printed as `12 + 8 + 30`; of more, their sum and number. */
const MAX_PRINTED_COUNTS = 10;

/** Rule 2 as arithmetic: per meter the sum of what each site came to, what is deducted, the price and the amount. Null: no usage. */
export function arithmeticSection(context: ViewContext, lines: readonly UsageLine[]): Section | null {
  if (lines.length === 0) return null;
  const { title, columns } = context.words.statement.arithmetic;
  const { currency, pricePlan } = context.statement;
  return {
    title,
    intro: ruleText(context, lines),
    columns: [
      columns.meter,
      columns.formula,
      columns.quantity,
      `${columns.price} (${pricePlan.currency})`,
      `${columns.amount} (${currency})`,
    ],
    rows: [...byMeter(lines)].map(([meter, ofMeter]) => meterRow(context, meter, ofMeter)),
  };
}

/** Rule 2 in words: the highest count, and by what the meters of this statement go that have another aggregation. */
function ruleText({ words, locale }: ViewContext, lines: readonly UsageLine[]): string {
  const { rule, instead } = words.statement.arithmetic;
  const meters = [...byMeter(lines).keys()];
  const others = (['sum', 'last'] as const).flatMap((aggregation) => {
    const names = meters
      .filter((meter) => aggregationOf(meter) === aggregation)
      .map((meter) => meterName(meter, locale));
    return names.length === 0 ? [] : [instead[aggregation](names.join(', '))];
  });
  return [rule, ...others].join(' ');
}

function byMeter(lines: readonly UsageLine[]): Map<MeterCode, UsageLine[]> {
  const groups = new Map<MeterCode, UsageLine[]>();
  for (const line of lines) {
    const group = groups.get(line.meter);
    if (group === undefined) groups.set(line.meter, [line]);
    else group.push(line);
  }
  return groups;
}

function meterRow(context: ViewContext, meter: MeterCode, lines: readonly UsageLine[]): Cell[] {
  const { count } = context;
  const { arithmetic } = context.words.statement;
  const sum = (pick: (line: UsageLine) => number) => lines.reduce((total, line) => total + pick(line), 0);

  const peaks = sum(({ peak }) => peak);
  const licensed = sum(({ peak, licensed: covered }) => Math.min(peak, covered));
  const billable = sum(({ quantity, firstMonthFree }) => (firstMonthFree ? 0 : quantity));
  const free = sum(({ peak, licensed: covered, firstMonthFree }) => (firstMonthFree ? Math.max(0, peak - covered) : 0));
  const deductions = [
    ...(licensed > 0 ? [body(`− ${arithmetic.licensed(count(licensed))}`)] : []),
    ...(free > 0 ? [body(`− ${arithmetic.firstMonth(count(free))}`)] : []),
  ];
  const printed =
    lines.length <= MAX_PRINTED_COUNTS
      ? lines.map(({ peak }) => count(peak)).join(' + ')
      : arithmetic.sumOfCounts(count(peaks), count(lines.length));
  const { prices, currency } = context.statement.pricePlan;
  const price = prices[meter];
  return [
    meterCell(context, meter),
    [body(printed), ...deductions],
    [strong(count(billable))],
    price === undefined ? [body('–')] : [small(priceText(price, currency, context.locale))],
    [
      strong(context.number(sumMinor(lines.map(({ amountMinor }) => amountMinor)))),
      // Rule 11: each line was rounded, so the product of this row may be another number.
      ...(lines.length > 1 ? [small(arithmetic.sumOfRounded(count(lines.length)))] : []),
    ],
  ];
}
