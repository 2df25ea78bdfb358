import { printable, widthOf } from '../fonts/runs.js';
import { lineHeight, STYLE } from '../layout.js';
import type { Sheet } from '../sheet.js';
import type { Bar, ChartView } from '../views/types.js';

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

const BAR_SHARE = 0.62;
const SMALL = lineHeight(STYLE.small.size);

/** A bar per month, this one darker; credits hang below the line. One figure to those who have it read out. */
export function drawBars(sheet: Sheet, chart: ChartView, area: Area): void {
  const { x, y, width, height } = area;
  sheet.tagged(
    'Figure',
    sheet.root,
    () => {
      sheet.text(chart.title, x, y, STYLE.label);
      const plot = { x, y: y + 2 * SMALL, width, height: height - 3 * SMALL };
      const lowest = Math.min(0, ...chart.bars.map(({ share }) => share));
      const highest = Math.max(0, ...chart.bars.map(({ share }) => share));
      const scale = plot.height / Math.max(highest - lowest, 0.0001);
      const zero = plot.y + highest * scale;
      const slot = width / chart.bars.length;
      chart.bars.forEach((bar, i) => {
        drawBar(sheet, bar, x + slot * (i + 0.5), slot, zero, scale, y + height - SMALL, x + width);
      });
      sheet.rule(x, x + width, zero, 'rule');
    },
    { alt: chart.alt, placement: 'Block', bbox: [x, y, x + width, y + height] },
  );
}

function drawBar(
  sheet: Sheet,
  bar: Bar,
  centre: number,
  slot: number,
  zero: number,
  scale: number,
  foot: number,
  right: number,
): void {
  const width = slot * BAR_SHARE;
  const height = Math.abs(bar.share) * scale;
  const top = bar.share < 0 ? zero : zero - height;
  sheet.box(centre - width / 2, top, width, height, bar.isCurrent ? 'accent' : 'bar');
  if (bar.isCurrent) {
    // The last bar: a long amount ends where the chart ends.
    const half = widthOf(printable(bar.amount), STYLE.label.weight, STYLE.label.size) / 2;
    const middle = Math.min(centre, right - half);
    sheet.text(bar.amount, middle, Math.min(top, zero) - SMALL, STYLE.label, 'center');
  }
  sheet.text(bar.label, centre, foot, STYLE.small, 'center');
}
