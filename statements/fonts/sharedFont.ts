import { readFileSync } from 'node:fs';
import { create, type Font, type GlyphRun } from 'fontkit';
import { GlyphSubset, readTables, type TrueTypeTables } from './glyphSubset.js';
import { PairKerning } from './pairKerning.js';

type Glyph = PDFKit.FontLikeGlyph;
type Run = PDFKit.FontLikeRun;

/** Words kept laid out. Enough for the words of all documents and the names of many MSPs; then it starts afresh. */
const MAX_CACHED_RUNS = 20_000;
const MAX_CACHED_PAIRS = 50_000;

/**
 * Scripts in which a character is a glyph and only kerning depends on the neighbour: Latin, Greek, Cyrillic,
 * punctuation, the Japanese ones and Korean syllables. Anything else is shaped by fontkit.
 */
const SIMPLE_SCRIPTS =
  /^[\u0020-\u024f\u0370-\u03ff\u0400-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u202f-\u205f\u20a0-\u20cf\u2100-\u22ff\u3000-\u3029\u3030-\u3098\u309b-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\ufffd]*$/;
/** Scripts with kerning worth applying. */
const KERNED = /[\u0041-\u052f]/;
/** By their OpenType tags. Signs between two letters belong to no script. */
const SCRIPTS = { latn: /\p{Script=Latin}/u, grek: /\p{Script=Greek}/u, cyrl: /\p{Script=Cyrillic}/u };

function scriptOf(text: string): string {
  for (const character of text) {
    for (const [tag, script] of Object.entries(SCRIPTS)) if (script.test(character)) return tag;
  }
  return 'DFLT';
}

/** Shows nothing: what a glyph says that is only a part of a character, such as the dots of an Arabic letter. */
const NOTHING = 0x200d;

function readable(glyph: Glyph): Glyph {
  const { id, advanceWidth, codePoints } = glyph;
  return codePoints.length > 0 ? glyph : { id, advanceWidth, codePoints: [NOTHING] };
}

/** A text in pieces that are laid out by themselves, each with the space after it. */
export function wordsOf(text: string): string[] {
  return text.includes(' ') ? text.split(/(?<= )/) : [text];
}

/**
 * A font parsed once and shared by all documents of a thread. It answers what pdfkit asks of a font, keeps each word it
 * has laid out, and hands every document a subset of its own. Metrics are in thousandths of the font size.
 */
export class SharedFont implements PDFKit.FontLike {
  readonly unitsPerEm: number;
  readonly postscriptName: string;
  readonly ascent: number;
  readonly descent: number;
  readonly lineGap: number;
  readonly xHeight: number;
  readonly capHeight: number;
  readonly italicAngle = 0;
  readonly bbox: { minX: number; minY: number; maxX: number; maxY: number };
  readonly 'OS/2' = { sFamilyClass: 0 };
  readonly post = { isFixedPitch: 0 };
  readonly head = { macStyle: { italic: false } };

  private readonly font: Font;
  private readonly tables: TrueTypeTables;
  private readonly glyphs = new Map<number, Glyph>();
  private runs = new Map<string, Run>();
  private widths = new Map<string, number>();
  private readonly pairKerning: PairKerning;
  private kerning = new Map<string, number>();

  /** Reads a TrueType file with 1,000 units per em; throws a RangeError on any other. */
  constructor(path: string) {
    const file = readFileSync(path);
    const font = create(file);
    if (!('layout' in font) || font.unitsPerEm !== 1000) {
      throw new RangeError(`${path} is not a single font with 1,000 units per em`);
    }
    this.font = font;
    this.tables = readTables(file);
    this.pairKerning = new PairKerning(this.tables);
    this.unitsPerEm = font.unitsPerEm;
    this.postscriptName = font.postscriptName;
    this.ascent = font.ascent;
    this.descent = font.descent;
    this.lineGap = font.lineGap;
    this.xHeight = font.xHeight;
    this.capHeight = font.capHeight;
    this.bbox = font.bbox;
  }

  has(codePoint: number): boolean {
    return this.font.hasGlyphForCodePoint(codePoint);
  }

  getGlyph(id: number): Glyph {
    return this.font.getGlyph(id);
  }

  createSubset(): GlyphSubset {
    return new GlyphSubset(this.tables);
  }

  /** Width of a text in thousandths of the font size. */
  widthOf(text: string): number {
    let width = this.widths.get(text);
    if (width === undefined) {
      width = 0;
      for (const word of wordsOf(text)) width += this.layout(word).advanceWidth;
      if (this.widths.size >= MAX_CACHED_RUNS) this.widths = new Map();
      this.widths.set(text, width);
    }
    return width;
  }

  layout(text: string): Run {
    const known = this.runs.get(text);
    if (known !== undefined) return known;
    if (this.runs.size >= MAX_CACHED_RUNS) this.runs = new Map();
    const run = SIMPLE_SCRIPTS.test(text) ? this.layoutSimple(text) : this.shape(text);
    this.runs.set(text, run);
    return run;
  }

  private shape(text: string): Run {
    const { glyphs, positions, advanceWidth } = this.shaped(text);
    return { glyphs: glyphs.map(readable), positions, advanceWidth };
  }

  /**
   * As fontkit shapes it. It fails at a mark for which the font has no place under its letter, as at the dot of ڢ: then marks
   * stay where they are drawn by themselves.
   */
  private shaped(text: string): GlyphRun {
    try {
      return this.font.layout(text);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return this.font.layout(text, { mark: false, mkmk: false });
    }
  }

  private layoutSimple(text: string): Run {
    const run: Run & { advanceWidth: number } = { glyphs: [], positions: [], advanceWidth: 0 };
    let previous = '';
    for (const character of text) {
      const glyph = this.glyphOf(character.codePointAt(0) ?? 0);
      const last = run.positions.at(-1);
      if (last !== undefined) {
        const kern = this.kernBetween(previous, character);
        last.xAdvance += kern;
        run.advanceWidth += kern;
      }
      run.glyphs.push(glyph);
      run.positions.push({ xAdvance: glyph.advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 });
      run.advanceWidth += glyph.advanceWidth;
      previous = character;
    }
    return run;
  }

  private glyphOf(codePoint: number): Glyph {
    let glyph = this.glyphs.get(codePoint);
    if (glyph === undefined) {
      const { id, advanceWidth } = this.font.glyphForCodePoint(codePoint);
      // Spaces that do not break are plain spaces to whoever copies the text out of the document.
      const isSpace = codePoint === 0xa0 || codePoint === 0x202f;
      glyph = { id, advanceWidth, codePoints: [isSpace ? 0x20 : codePoint] };
      this.glyphs.set(codePoint, glyph);
    }
    return glyph;
  }

  private kernBetween(left: string, right: string): number {
    if (!KERNED.test(left) || !KERNED.test(right)) return 0;
    const pair = left + right;
    let kern = this.kerning.get(pair);
    if (kern === undefined) {
      const idOf = (character: string) => this.glyphOf(character.codePointAt(0) ?? 0).id;
      kern = this.pairKerning.between(scriptOf(pair), idOf(left), idOf(right));
      if (this.kerning.size >= MAX_CACHED_PAIRS) this.kerning = new Map();
      this.kerning.set(pair, kern);
    }
    return kern;
  }
}
