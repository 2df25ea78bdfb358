import { printable } from '../fonts/runs.js';
import { CONTENT_BOTTOM, CONTENT_WIDTH, PAGE, SIZE, type TextStyle } from '../layout.js';
import type { Sheet } from '../sheet.js';
import type { FooterView } from '../views/types.js';
import { wrap } from '../wrap.js';

const STYLE: TextStyle = { size: SIZE.footer, weight: 'regular', colour: 'muted' };
const TOP = CONTENT_BOTTOM + 16;
/** Share of the width the text may take, so that it never meets the page number. */
const TEXT_SHARE = 0.8;

/** What the document is, and where in it one stands: so that a lost page finds its way back. */
export function drawFooter(sheet: Sheet, footer: FooterView, page: number, pages: number): void {
  const [text = ''] = wrap(printable(footer.text), STYLE.weight, STYLE.size, CONTENT_WIDTH * TEXT_SHARE, 1);
  sheet.rule(PAGE.left, PAGE.left + CONTENT_WIDTH, TOP - 5, 'faintRule', 0.5);
  sheet.text(text, PAGE.left, TOP, STYLE);
  sheet.text(footer.page(page, pages), PAGE.left + CONTENT_WIDTH, TOP, STYLE, 'right');
}
