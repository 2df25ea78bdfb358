import { createHash } from 'node:crypto';
import PDFDocument from 'pdfkit';
import type { Day } from '../domain/period.js';
import { PDF_UA_METADATA } from './accessibility.js';
import { DocumentBytes } from './documentBytes.js';
import { fontOf, type FontName } from './fonts/index.js';
import { printRun } from './fonts/printRun.js';
import { printable, runsOf, widthOfRuns } from './fonts/runs.js';
import { ASCENT, COLOUR, CONTENT_BOTTOM, PAGE, type Colour, type TextStyle } from './layout.js';

export type Element = PDFKit.PDFStructureElement;

type Align = 'left' | 'right' | 'center';

export interface RenderedDocument {
  bytes: Uint8Array;
  /** SHA-256 of `bytes`, hexadecimal. */
  sha256: string;
  pages: number;
}

export interface DocumentMeta {
  /** Two-letter language code. */
  lang: string;
  title: string;
  /** The only date in the file: equal data gives equal bytes. */
  date: Day;
}

/** The instructions that set each fill colour, as pdfkit's `fillColor` writes them. */
const FILL = Object.fromEntries(
  Object.entries(COLOUR).map(([name, colour]) => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
    return [name, `/DeviceRGB cs\n${parts.join(' ')} scn`];
  }),
) as Record<Colour, string>;

function withoutMarkup(text: string): string {
  return printable(text).replace(/[<>&]/g, ' ');
}

/**
 * A document being drawn, top to bottom: pages, a cursor, text and lines, and the structure that readers of tagged PDFs
 * follow. `y` is in points from the top of the page.
 */
export class Sheet {
  y: number = PAGE.top;
  /** Root of the structure; blocks add their elements to it in reading order. */
  readonly root: Element;
  private readonly doc: PDFKit.PDFDocument;
  private readonly bytes: DocumentBytes;
  private readonly fonts = new Set<FontName>();
  /** Fill colour in force on the current page. */
  private fill: Colour | null = null;

  constructor(meta: DocumentMeta) {
    const created = new Date(`${meta.date}T00:00:00Z`);
    this.doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      pdfVersion: '1.7',
      subset: 'PDF/A-3b',
      tagged: true,
      displayTitle: true,
      bufferPages: true,
      // pdfkit writes the title into XMP as it is.
      info: { Title: withoutMarkup(meta.title), Creator: 'Kontor', CreationDate: created, ModDate: created },
      lang: meta.lang,
      // No standard font: PDF/A demands that every font be embedded.
      font: '',
    });
    this.bytes = new DocumentBytes(this.doc);
    this.bytes.collectPage();
    this.doc.appendXML(PDF_UA_METADATA);
    this.root = this.doc.struct('Document');
    this.doc.addStructure(this.root);
  }

  /** A new structure element under `parent`. */
  element(type: string, parent: Element, options: PDFKit.Mixins.StructureElementOptions = {}): Element {
    const element = this.doc.struct(type, options);
    parent.add(element);
    return element;
  }

  /** Whether `height` more points fit on the page. */
  fits(height: number): boolean {
    return this.y + height <= CONTENT_BOTTOM;
  }

  nextPage(): void {
    this.doc.addPage();
    this.bytes.collectPage();
    this.fill = null;
    this.y = PAGE.top;
  }

  /** Moves to the next page unless `height` points fit on this one. */
  reserve(height: number): void {
    if (!this.fits(height)) this.nextPage();
  }

  /** Draws as content of a new element of `type`: what `draw` prints is read as one piece. */
  tagged(type: string, parent: Element, draw: () => void, options: PDFKit.Mixins.StructureElementOptions = {}): void {
    const content = this.doc.markStructureContent(type);
    draw();
    this.doc.endMarkedContent();
    parent.add(this.doc.struct(type, options, content));
  }

  /** Draws what is decoration or repetition, and not to be read out. */
  artifact(draw: () => void): void {
    this.doc.markContent('Artifact', { type: 'Layout' });
    draw();
    this.doc.endMarkedContent();
  }

  /** Prints one line at `x` and the top `y`; with `align: 'right'`, `x` is its right edge. */
  text(text: string, x: number, y: number, style: TextStyle, align: Align = 'left'): void {
    const shown = printable(text);
    const runs = runsOf(shown, style.weight);
    let left = x;
    if (align !== 'left') left -= widthOfRuns(runs, style.size) / (align === 'right' ? 1 : 2);
    this.useFill(style.colour);
    for (const run of runs) {
      this.useFont(run.font, style.size);
      printRun(this.doc, run.text, left, y + style.size * ASCENT, style.size);
      left += widthOfRuns([run], style.size);
    }
  }

  rule(x1: number, x2: number, y: number, colour: Colour = 'rule', width = 0.6): void {
    this.doc.lineWidth(width).moveTo(x1, y).lineTo(x2, y).stroke(COLOUR[colour]);
  }

  box(x: number, y: number, width: number, height: number, colour: Colour): void {
    this.useFill(colour);
    this.doc.rect(x, y, width, height).fill();
  }

  /** Prints a PNG or JPEG with its top left corner at `x` and `y`, as large as it fits into the box. */
  picture(content: Uint8Array, x: number, y: number, box: { width: number; height: number }): void {
    this.doc.image(Buffer.from(content), x, y, { fit: [box.width, box.height] });
  }

  private useFont(name: FontName, size: number): void {
    if (!this.fonts.has(name)) {
      this.doc.registerFont(name, fontOf(name));
      this.fonts.add(name);
    }
    this.doc.font(name, size);
  }

  private useFill(colour: Colour): void {
    if (this.fill === colour) return;
    this.doc.addContent(FILL[colour]);
    this.fill = colour;
  }

  /** Attaches a file of media type `type` to the document. */
  attach(file: { name: string; description: string }, type: string, content: Buffer, date: Day): void {
    const written = new Date(`${date}T00:00:00Z`);
    this.doc.file(content, { ...file, type, relationship: 'Data', creationDate: written, modifiedDate: written });
  }

  /** Prints something on every page, once the number of pages is known, and closes the document. */
  finish(drawFooter: (page: number, pages: number) => void): RenderedDocument {
    const pages = this.doc.bufferedPageRange().count;
    for (let page = 0; page < pages; page += 1) {
      this.doc.switchToPage(page);
      this.fill = null;
      this.doc.markContent('Artifact', { type: 'Pagination' });
      drawFooter(page + 1, pages);
      this.doc.endMarkedContent();
    }
    this.root.end();
    const bytes = this.bytes.end();
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), pages };
  }
}
