import { formatPeriodShort } from '../../locales/index.js';
import type { ViewContext } from './context.js';
import type { ChartView } from './types.js';

/** Months shown at most, this one included. */
const MAX_BARS = 6;

/** Totals of the last months and this one, as bars. Null where there is no earlier month. */
export function chartView({ statement, words, number, amount }: ViewContext): ChartView | null {
  if (statement.history.length === 0) return null;
  const months = [...statement.history, { period: statement.period, totalMinor: statement.totalMinor }].slice(
    -MAX_BARS,
  );
  const greatest = months.reduce((max, { totalMinor }) => {
    const size = totalMinor < 0n ? -totalMinor : totalMinor;
    return size > max ? size : max;
  }, 1n);
  const { chart } = words.statement;
  return {
    title: chart.title(statement.currency),
    alt: chart.alt(
      months.map(({ period, totalMinor }) => `${formatPeriodShort(period)} ${amount(totalMinor)}`).join(', '),
    ),
    bars: months.map(({ period, totalMinor }) => ({
      label: formatPeriodShort(period),
      amount: number(totalMinor),
      share: Number((totalMinor * 10_000n) / greatest) / 10_000,
      isCurrent: period === statement.period,
    })),
  };
}
