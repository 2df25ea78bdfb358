import { printable, widthOf } from './fonts/runs.js';
import {
  ASCENT,
  CONTENT_BOTTOM,
  CONTENT_WIDTH,
  GAP,
  MAX_CELL_LINES,
  PAGE,
  SIZE,
  lineHeight,
  STYLE,
  type TextStyle,
} from './layout.js';
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

/** A number as it is printed, with its sign, its currency on either side, and what stands before it in a sum. */
const NUMBER =
  /^[+(]?(?:[A-Z]{3}\u00a0)?[−-]?[\d.,'\u00a0\u202f\u2019]*\d[\d.,'\u00a0\u202f\u2019]*(?:\u00a0?[A-Z]{3})?[).,]?$/;
/** That of a statement or credit: `MSP-DE-2026-000042`, `MSP-DE-2026-C000007`. */
const DOCUMENT_NUMBER = /^[\p{Lu}\d][\p{Lu}\d-]*-\d{4}-C?\d{6,}$/u;

/** A number is never broken: where one of a text is too wide for its column, the text is set smaller. */
function styleFitting(text: string, style: TextStyle, width: number): TextStyle {
  const widest = Math.max(
    0,
    ...text
      .split(' ')
      .filter((piece) => NUMBER.test(piece) || DOCUMENT_NUMBER.test(piece))
      .map((piece) => widthOf(piece, style.weight, style.size)),
  );
  // A hair less than the width: the sum of rounded parts must not be wider again.
  return widest <= width ? style : { ...style, size: (style.size * width * 0.999) / widest };
}

function setCell(cell: Cell, column: Column): SetLine[] {
  return cell.flatMap(({ text, tone }) => {
    const shown = printable(text);
    const style = styleFitting(shown, STYLE_OF[tone], column.width);
    const lines = wrap(shown, style.weight, style.size, column.width, column.maxLines);
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
 * Draws a table over as many pages as it takes: the titles are repeated on each, no row is cut unless it is taller than a
 * page, and long texts wrap or end in an ellipsis. Returns nothing; the sheet's cursor stands below the last row.
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
    const room = CONTENT_BOTTOM - PAGE.top - header.height;
    const turnPage = () => {
      sheet.nextPage();
      header.print(sheet, (draw) => {
        sheet.artifact(draw);
      });
    };
    let left = set;
    // Taller than a page: what fits on each, from here on.
    while (height > room && Math.max(...left.map(heightOf)) + 2 * GAP.row > CONTENT_BOTTOM - sheet.y) {
      const [here, rest] = cut(left, CONTENT_BOTTOM - sheet.y - 2 * GAP.row);
      if (here.some((lines) => lines.length > 0)) printRow(sheet, table, here, columns);
      left = rest;
      turnPage();
    }
    if (height <= room && !sheet.fits(height)) turnPage();
    printRow(sheet, table, left, columns);
  }
  table.end();
}

/** The lines of each cell that fit into `height`, and the others. */
function cut(cells: readonly SetLine[][], height: number): [here: SetLine[][], rest: SetLine[][]] {
  const counts = cells.map((lines) => {
    let used = 0;
    const over = lines.findIndex(({ style }) => (used += lineHeight(style.size)) > height);
    return over === -1 ? lines.length : over;
  });
  return [cells.map((lines, i) => lines.slice(0, counts[i])), cells.map((lines, i) => lines.slice(counts[i]))];
}

function printRow(sheet: Sheet, table: Element, cells: readonly SetLine[][], columns: readonly Column[]): void {
  const row = sheet.element('TR', table);
  columns.forEach((column, i) => {
    sheet.tagged('TD', row, () => {
      printCell(sheet, cells[i] ?? [], column, sheet.y + GAP.row);
    });
  });
  row.end();
  sheet.y += Math.max(...cells.map(heightOf)) + 2 * GAP.row;
  sheet.artifact(() => {
    sheet.rule(PAGE.left, PAGE.left + CONTENT_WIDTH, sheet.y, 'faintRule', 0.5);
  });
}

/** More than so many points of a first row are not kept together with their titles: it may be taller than a page. */
const MAX_START = 160;

/** Height of the titles and the first row: a table never starts with its titles alone at the foot of a page. */
export function startHeight(view: TableView, layouts: readonly ColumnLayout[]): number {
  const columns = columnsOf(layouts);
  const first = columns.map((column, i) => heightOf(setCell(view.rows[0]?.[i] ?? [], column)));
  return new HeaderRow(view.columns, columns).height + Math.min(MAX_START, Math.max(...first)) + 2 * GAP.row;
}
