// What pdfkit 0.20 does and @types/pdfkit does not know yet.

declare namespace PDFKit {
  /** A font as pdfkit uses it: any object that lays out text and makes a subset of itself may stand in for a file. */
  interface FontLike {
    readonly postscriptName: string;
    readonly unitsPerEm: number;
    readonly ascent: number;
    readonly descent: number;
    readonly lineGap: number;
    readonly xHeight: number;
    readonly capHeight: number;
    readonly italicAngle: number;
    readonly bbox: { minX: number; minY: number; maxX: number; maxY: number };
    readonly 'OS/2': { sFamilyClass: number };
    readonly post: { isFixedPitch: number };
    readonly head: { macStyle: { italic: boolean } };
    layout(text: string): FontLikeRun;
    getGlyph(id: number): FontLikeGlyph;
    createSubset(): { includeGlyph(id: number): number; encode(): Uint8Array };
  }

  interface FontLikeGlyph {
    id: number;
    advanceWidth: number;
    codePoints: number[];
  }

  interface FontLikeRun {
    glyphs: FontLikeGlyph[];
    positions: { xAdvance: number; yAdvance: number; xOffset: number; yOffset: number }[];
    readonly advanceWidth: number;
  }

  /** A font within one document: a subset that grows as text is printed. Not public in pdfkit, whose version is pinned. */
  interface DocumentFont {
    readonly id: string;
    ref(): PDFKitReference;
    readonly font: FontLike;
    readonly subset: { includeGlyph(id: number): number };
    /** By the glyph's number within the subset. */
    readonly widths: number[];
    readonly unicode: number[][];
  }

  interface PDFDocument {
    /** The font last chosen by `font()`. */
    readonly _font: DocumentFont;
    /** Takes a line, or bytes as they are. Not public either. */
    _write(data: string | Uint8Array): void;
    /** How many bytes were written. */
    _offset: number;
  }

  namespace Mixins {
    interface PDFFont {
      registerFont(name: string, src: FontLike): this;
    }

    interface PDFAttachmentOptions {
      /** How the file relates to the document (ISO 32000-2, AFRelationship). */
      relationship?: 'Source' | 'Data' | 'Alternative' | 'Supplement' | 'Unspecified';
    }

    interface StructureElementOptions {
      /** Which cells a TH heads. */
      scope?: 'Row' | 'Column' | 'Both';
      bbox?: [number, number, number, number];
      placement?: 'Block' | 'Inline';
    }
  }
}
