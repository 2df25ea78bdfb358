import { GAP, PAGE } from '../layout.js';
import type { Sheet } from '../sheet.js';

/** Points a logo may take. */
const BOX = { width: 170, height: 44 } as const;

/** The sender's picture at the top left, as large as it fits; `alt` is read out instead of it. */
export function drawLogo(sheet: Sheet, picture: Uint8Array, alt: string): void {
  const { y } = sheet;
  sheet.tagged(
    'Figure',
    sheet.root,
    () => {
      sheet.picture(picture, PAGE.left, y, BOX);
    },
    { alt, placement: 'Block', bbox: [PAGE.left, y, PAGE.left + BOX.width, y + BOX.height] },
  );
  sheet.y += BOX.height + GAP.block * 0.7;
}
