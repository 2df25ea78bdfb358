import { printable, widthOf } from '../fonts/runs.js';
import { CONTENT_WIDTH, GAP, PAGE, lineHeight, STYLE } from '../layout.js';
import type { Sheet } from '../sheet.js';
import type { SumRow } from '../views/types.js';
import { wrap } from '../wrap.js';

const WIDTH = CONTENT_WIDTH * 0.7;
const ROW = lineHeight(STYLE.body.size) + 2 * GAP.row;

/** What the lines add up to: by sort of line, and the total. Kept together on one page. */
export function drawSums(sheet: Sheet, rows: readonly SumRow[]): void {
  sheet.y += GAP.section;
  sheet.reserve(rows.length * ROW + GAP.row);
  const right = PAGE.left + CONTENT_WIDTH;
  const left = right - WIDTH;
  const table = sheet.element('Table', sheet.root);
  for (const row of rows) {
    const style = row.isTotal ? STYLE.strong : STYLE.body;
    const amountWidth = widthOf(printable(row.amount), style.weight, style.size);
    const [label = ''] = wrap(printable(row.label), style.weight, style.size, WIDTH - amountWidth - GAP.cell, 1);
    if (row.isTotal) {
      sheet.artifact(() => {
        sheet.rule(left, right, sheet.y, 'accent', 0.8);
      });
    }
    const element = sheet.element('TR', table);
    sheet.tagged(
      'TH',
      element,
      () => {
        sheet.text(label, left, sheet.y + GAP.row, style);
      },
      { scope: 'Row' },
    );
    sheet.tagged('TD', element, () => {
      sheet.text(row.amount, right, sheet.y + GAP.row, style, 'right');
    });
    element.end();
    sheet.y += ROW;
  }
  table.end();
}
