import { printable, widthOf } from '../fonts/runs.js';
import { CONTENT_WIDTH, GAP, PAGE, lineHeight, STYLE, type TextStyle } from '../layout.js';
import type { Sheet } from '../sheet.js';
import type { SumRow } from '../views/types.js';
import { wrap } from '../wrap.js';

const WIDTH = CONTENT_WIDTH * 0.7;
const LINE = lineHeight(STYLE.body.size);
const MAX_LABEL_LINES = 4;
/** The label always keeps so much of the width; an amount that leaves less is set smaller. */
const LABEL_SHARE = 0.35;

interface SetRow {
  row: SumRow;
  style: TextStyle;
  labels: string[];
  /** In one piece, smaller where it must be. */
  amountStyle: TextStyle;
}

function setRow(row: SumRow): SetRow {
  const style = row.isTotal ? STYLE.strong : STYLE.body;
  const needed = widthOf(printable(row.amount), style.weight, style.size);
  const amountWidth = Math.min(needed, WIDTH * (1 - LABEL_SHARE));
  const labels = wrap(printable(row.label), style.weight, style.size, WIDTH - amountWidth - GAP.cell, MAX_LABEL_LINES);
  return { row, style, labels, amountStyle: { ...style, size: (style.size * amountWidth) / needed } };
}

/** What the lines add up to: by sort of line, and the total. Kept together on one page. */
export function drawSums(sheet: Sheet, rows: readonly SumRow[]): void {
  sheet.y += GAP.section;
  const right = PAGE.left + CONTENT_WIDTH;
  const left = right - WIDTH;
  const set = rows.map((row) => setRow(row));
  sheet.reserve(set.reduce<number>((height, { labels }) => height + labels.length * LINE + 2 * GAP.row, GAP.row));
  const table = sheet.element('Table', sheet.root);
  for (const { row, style, labels, amountStyle } of set) {
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
        labels.forEach((label, i) => {
          sheet.text(label, left, sheet.y + GAP.row + i * LINE, style);
        });
      },
      { scope: 'Row' },
    );
    sheet.tagged('TD', element, () => {
      sheet.text(row.amount, right, sheet.y + GAP.row, amountStyle, 'right');
    });
    element.end();
    sheet.y += labels.length * LINE + 2 * GAP.row;
  }
  table.end();
}
