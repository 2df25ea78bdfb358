import { printable } from '../fonts/runs.js';
import { CONTENT_WIDTH, GAP, PAGE, lineHeight, STYLE, type TextStyle } from '../layout.js';
import type { Element, Sheet } from '../sheet.js';
import type { Fact, HeaderView, PartyView } from '../views/types.js';
import { wrap } from '../wrap.js';

const COLUMNS = 3;
const COLUMN_WIDTH = CONTENT_WIDTH / COLUMNS;
const TEXT_WIDTH = COLUMN_WIDTH - 2 * GAP.cell;
const LABEL_GAP = 1;

/** Who issues, what it is, for whom, and the facts that identify it. */
export function drawHeader(sheet: Sheet, view: HeaderView): void {
  drawTitleLine(sheet, view);
  drawParties(sheet, view.parties);
  drawFacts(sheet, view.facts);
}

function drawTitleLine(sheet: Sheet, view: HeaderView): void {
  const right = PAGE.left + CONTENT_WIDTH;
  const [issuer = ''] = wrap(printable(view.issuer), STYLE.strong.weight, STYLE.strong.size, CONTENT_WIDTH * 0.6, 1);
  sheet.tagged('P', sheet.root, () => {
    sheet.text(issuer, PAGE.left, sheet.y, STYLE.strong);
  });
  sheet.y += lineHeight(STYLE.strong.size) + GAP.row;
  sheet.tagged('H1', sheet.root, () => {
    sheet.text(view.documentName, PAGE.left, sheet.y, STYLE.title);
    const offset = STYLE.title.size - STYLE.section.size;
    sheet.text(view.number, right, sheet.y + offset, STYLE.section, 'right');
  });
  sheet.y += lineHeight(STYLE.title.size) + GAP.row;
  sheet.artifact(() => {
    sheet.rule(PAGE.left, right, sheet.y, 'accent', 1.2);
  });
  sheet.y += GAP.block * 0.7;
}

function drawParties(sheet: Sheet, parties: readonly PartyView[]): void {
  const top = sheet.y;
  let bottom = top;
  parties.forEach((party, i) => {
    sheet.y = top;
    sheet.tagged('P', sheet.root, () => {
      const x = PAGE.left + i * COLUMN_WIDTH;
      drawLines(sheet, x, [party.label], STYLE.label, 1);
      sheet.y += LABEL_GAP;
      drawLines(sheet, x, [party.name], STYLE.strong, 3);
      drawLines(sheet, x, party.lines, STYLE.body, 2);
    });
    bottom = Math.max(bottom, sheet.y);
  });
  sheet.y = bottom + GAP.block * 0.7;
}

function drawLines(sheet: Sheet, x: number, texts: readonly string[], style: TextStyle, maxLines: number): void {
  for (const text of texts) {
    for (const line of wrap(printable(text), style.weight, style.size, TEXT_WIDTH, maxLines)) {
      sheet.text(line, x, sheet.y, style);
      sheet.y += lineHeight(style.size);
    }
  }
}

/** Facts in rows of three: label above, value below. */
function drawFacts(sheet: Sheet, facts: readonly Fact[]): void {
  const list = sheet.element('L', sheet.root);
  for (let start = 0; start < facts.length; start += COLUMNS) {
    drawFactRow(sheet, list, facts.slice(start, start + COLUMNS));
  }
  list.end();
}

function drawFactRow(sheet: Sheet, list: Element, facts: readonly Fact[]): void {
  const top = sheet.y;
  let bottom = top;
  facts.forEach((fact, i) => {
    sheet.y = top;
    const x = PAGE.left + i * COLUMN_WIDTH;
    const item = sheet.element('LI', list);
    sheet.tagged('LBody', item, () => {
      drawLines(sheet, x, [fact.label], STYLE.label, 1);
      drawLines(sheet, x, [fact.value], STYLE.body, 2);
    });
    item.end();
    bottom = Math.max(bottom, sheet.y);
  });
  sheet.y = bottom + GAP.section;
}
