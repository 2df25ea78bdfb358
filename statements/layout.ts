import type { Weight } from './fonts/index.js';

/** Sizes in points, colours as sRGB: everything about the looks of a document that is a number. */

export const PAGE = { width: 595.28, height: 841.89, left: 48, right: 48, top: 44, bottom: 52 } as const;
export const CONTENT_WIDTH = PAGE.width - PAGE.left - PAGE.right;
export const CONTENT_BOTTOM = PAGE.height - PAGE.bottom;

export const COLOUR = {
  text: '#1c2430',
  muted: '#5d6877',
  accent: '#1f4e79',
  warning: '#8a4b08',
  rule: '#c5ccd5',
  faintRule: '#e3e7ec',
  panel: '#f3f6f9',
  bar: '#aebfd0',
} as const;
export type Colour = keyof typeof COLOUR;

export const SIZE = { title: 20, total: 19, section: 11.5, body: 8.5, small: 7.5, footer: 7 } as const;

/** Height of a line of text as a multiple of its size. */
export const LEADING = 1.36;
/** From the top of a line to its baseline, as a multiple of the size. */
export const ASCENT = 1.04;

export const GAP = { block: 18, section: 7, cell: 9, row: 3.5 } as const;

/** Longest a cell may get; what is beyond ends in an ellipsis. */
export const MAX_CELL_LINES = 3;

/** How a text looks. */
export interface TextStyle {
  size: number;
  weight: Weight;
  colour: Colour;
}

export const STYLE = {
  body: { size: SIZE.body, weight: 'regular', colour: 'text' },
  strong: { size: SIZE.body, weight: 'bold', colour: 'text' },
  small: { size: SIZE.small, weight: 'regular', colour: 'muted' },
  label: { size: SIZE.small, weight: 'bold', colour: 'muted' },
  warning: { size: SIZE.small, weight: 'bold', colour: 'warning' },
  section: { size: SIZE.section, weight: 'bold', colour: 'accent' },
  title: { size: SIZE.title, weight: 'bold', colour: 'accent' },
  total: { size: SIZE.total, weight: 'bold', colour: 'text' },
} as const satisfies Record<string, TextStyle>;

/** Height of a line of text of that size, in points. */
export function lineHeight(size: number): number {
  return size * LEADING;
}
