import { printable, widthOf } from '../fonts/runs.js';
import { CONTENT_WIDTH, GAP, PAGE, lineHeight, STYLE } from '../layout.js';
import type { Sheet } from '../sheet.js';
import type { ChartView, TotalView } from '../views/types.js';
import { wrap } from '../wrap.js';
import { drawBars } from './chart.js';

const PADDING = 12;
const HEIGHT = 112;
/** Share of the panel's width for the amount; the rest is the chart's. */
const TOTAL_SHARE = 0.5;

/** The panel everybody looks at first: the amount, what it is made of, that it is no invoice, and the last months. */
export function drawTotal(sheet: Sheet, total: TotalView, chart: ChartView | null): void {
  sheet.y += GAP.section;
  sheet.reserve(HEIGHT);
  const top = sheet.y;
  const width = chart === null ? CONTENT_WIDTH : CONTENT_WIDTH * TOTAL_SHARE;
  sheet.artifact(() => {
    sheet.box(PAGE.left, top, CONTENT_WIDTH, HEIGHT, 'panel');
  });
  drawAmount(sheet, total, top, width - 2 * PADDING);
  if (chart !== null) {
    drawBars(sheet, chart, {
      x: PAGE.left + width + PADDING,
      y: top + PADDING,
      width: CONTENT_WIDTH - width - 2 * PADDING,
      height: HEIGHT - 2 * PADDING,
    });
  }
  sheet.y = top + HEIGHT;
}

function drawAmount(sheet: Sheet, total: TotalView, top: number, width: number): void {
  const x = PAGE.left + PADDING;
  sheet.tagged('P', sheet.root, () => {
    sheet.text(total.label, x, top + PADDING, STYLE.label);
    const amountTop = top + PADDING + lineHeight(STYLE.label.size);
    const needed = widthOf(printable(total.amount), STYLE.total.weight, STYLE.total.size);
    const size = STYLE.total.size * Math.min(1, width / needed);
    sheet.text(total.amount, x, amountTop, { ...STYLE.total, size });
    sheet.text(total.details.join(' · '), x, amountTop + lineHeight(STYLE.total.size), STYLE.small);
  });
  const lines = wrap(printable(total.notInvoice), STYLE.strong.weight, STYLE.strong.size, width, 3);
  const first = top + HEIGHT - PADDING - lines.length * lineHeight(STYLE.strong.size);
  sheet.tagged('P', sheet.root, () => {
    lines.forEach((line, i) => {
      sheet.text(line, x, first + i * lineHeight(STYLE.strong.size), STYLE.strong);
    });
  });
}
