import { printable } from './fonts/runs.js';
import { ASCENT, CONTENT_WIDTH, GAP, MAX_CELL_LINES, PAGE, SIZE, lineHeight, STYLE, type TextStyle } from './layout.js';
import type { Element, Sheet } from './sheet.js';
import type { Cell, TableView, Tone } from './views/types.js';
import { wrap } from './wrap.js';

/** How a column is set. Widths are shares of the page; the rest of a table's words come from its view. */
export interface ColumnLayout {
  share: number;
  align?: 'left' | 'right';
  /** Lines one paragraph of a cell may take before it ends in an ellipsis. */
  maxLines?: number;
}

interface Column {
  left: number;
  width: number;
  align: 'left' | 'right';
  maxLines: number;
}

interface SetLine {
  text: string;
  style: TextStyle;
}

const STYLE_OF: Record<Tone, TextStyle> = {
  body: STYLE.body,
  strong: STYLE.strong,
  small: STYLE.small,
  warning: STYLE.warning,
};

function columnsOf(layouts: readonly ColumnLayout[]): Column[] {
  const shares = layouts.reduce((sum, { share }) => sum + share, 0);
  let left: number = PAGE.left;
  return layouts.map(({ share, align = 'left', maxLines = MAX_CELL_LINES }, i) => {
    const outer = (CONTENT_WIDTH * share) / shares;
    const width = outer - (i < layouts.length - 1 ? GAP.cell : 0);
    const column: Column = { left, width, align, maxLines };
    left += outer;
    return column;
  });
}

function setCell(cell: Cell, column: Column): SetLine[] {
  return cell.flatMap(({ text, tone }) => {
    const style = STYLE_OF[tone];
    const lines = wrap(printable(text), style.weight, style.size, column.width, column.maxLines);
    return lines.map((line) => ({ text: line, style }));
  });
}

function heightOf(lines: readonly SetLine[]): number {
  return lines.reduce((sum, { style }) => sum + lineHeight(style.size), 0);
}

function printCell(sheet: Sheet, lines: readonly SetLine[], column: Column, top: number): void {
  // Texts of different sizes in one row share the baseline of their first line.
  let y = top + (SIZE.body - (lines[0]?.style.size ?? SIZE.body)) * ASCENT;
  const x = column.align === 'right' ? column.left + column.width : column.left;
  for (const { text, style } of lines) {
    sheet.text(text, x, y, style, column.align);
    y += lineHeight(style.size);
  }
}

/** The row of titles: read out once, repeated on each further page for the eye alone. */
class HeaderRow {
  private readonly cells: SetLine[][];
  readonly height: number;

  constructor(
    titles: readonly string[],
    private readonly columns: readonly Column[],
  ) {
    this.cells = titles.map((title, i) => {
      const width = columns[i]?.width ?? 0;
      const lines = wrap(printable(title), STYLE.label.weight, STYLE.label.size, width, 2);
      return lines.map((text) => ({ text, style: STYLE.label }));
    });
    this.height = Math.max(...this.cells.map(heightOf)) + 2 * GAP.row;
  }

  print(sheet: Sheet, printOne: (draw: () => void) => void): void {
    // Titles stand on the rule below them, however many lines their neighbours have.
    this.columns.forEach((column, i) => {
      const lines = this.cells[i] ?? [];
      printOne(() => {
        printCell(sheet, lines, column, sheet.y + this.height - GAP.row - heightOf(lines));
      });
    });
    sheet.y += this.height;
    sheet.artifact(() => {
      sheet.rule(PAGE.left, PAGE.left + CONTENT_WIDTH, sheet.y, 'accent', 0.8);
    });
  }
}

/**
 * Draws a table over as many pages as it takes: the titles are repeated on each, no row is cut, and long texts wrap or
 * end in an ellipsis. Returns nothing; the sheet's cursor stands below the last row.
 */
export function drawTable(sheet: Sheet, parent: Element, view: TableView, layouts: readonly ColumnLayout[]): void {
  const columns = columnsOf(layouts);
  const header = new HeaderRow(view.columns, columns);
  const table = sheet.element('Table', parent);
  const titles = sheet.element('TR', table);
  header.print(sheet, (draw) => {
    sheet.tagged('TH', titles, draw, { scope: 'Column' });
  });
  titles.end();
  for (const cells of view.rows) {
    const set = columns.map((column, i) => setCell(cells[i] ?? [], column));
    const height = Math.max(...set.map(heightOf)) + 2 * GAP.row;
    if (!sheet.fits(height)) {
      sheet.nextPage();
      header.print(sheet, (draw) => {
        sheet.artifact(draw);
      });
    }
    const row = sheet.element('TR', table);
    columns.forEach((column, i) => {
      sheet.tagged('TD', row, () => {
        printCell(sheet, set[i] ?? [], column, sheet.y + GAP.row);
      });
    });
    row.end();
    sheet.y += height;
    sheet.artifact(() => {
      sheet.rule(PAGE.left, PAGE.left + CONTENT_WIDTH, sheet.y, 'faintRule', 0.5);
    });
  }
  table.end();
}

/** Height of the titles and the first row: a table never starts with its titles alone at the foot of a page. */
export function startHeight(view: TableView, layouts: readonly ColumnLayout[]): number {
  const columns = columnsOf(layouts);
  const first = columns.map((column, i) => heightOf(setCell(view.rows[0]?.[i] ?? [], column)));
  return new HeaderRow(view.columns, columns).height + Math.max(...first) + 2 * GAP.row;
}
