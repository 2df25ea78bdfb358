import type { TrueTypeTables } from './glyphSubset.js';

const PAIR_POSITIONING = 2;
const EXTENSION = 9;
/** Of a value record: which of its eight numbers are there. */
const X_ADVANCE = 0x0004;

/** By how much two glyphs that follow each other move together, in font units; undefined: this part says nothing of them. */
type Pairs = (left: number, right: number) => number | undefined;

/**
 * Kerning as the font's GPOS table has it under the feature `kern` of a script ("PairPos", formats 1 and 2, of the OpenType
 * specification). fontkit says the same, after most of a millisecond a pair: a process that prints its first documents would
 * spend longer on kerning than on all the rest of them.
 */
export class PairKerning {
  private readonly byScript = new Map<string, readonly Pairs[]>();
  private readonly gpos: Buffer | null;

  constructor(tables: TrueTypeTables) {
    this.gpos = tables.get('GPOS') ?? null;
  }

  /** `script` is an OpenType tag such as `latn`; one that the font does not know is treated as `DFLT`. */
  between(script: string, left: number, right: number): number {
    if (this.gpos === null) return 0;
    let lookups = this.byScript.get(script);
    if (lookups === undefined) {
      lookups = readLookups(this.gpos, script);
      this.byScript.set(script, lookups);
    }
    return lookups.reduce((sum, pairs) => sum + (pairs(left, right) ?? 0), 0);
  }
}

function readLookups(gpos: Buffer, script: string): Pairs[] {
  const features = gpos.readUInt16BE(6);
  const lookups = gpos.readUInt16BE(8);
  const language = findLanguage(gpos, script);
  if (language === null) return [];
  const indexes = new Set<number>();
  for (const feature of uint16s(gpos, language + 6, gpos.readUInt16BE(language + 4))) {
    const record = features + 2 + 6 * feature;
    if (gpos.toString('latin1', record, record + 4) !== 'kern') continue;
    const at = features + gpos.readUInt16BE(record + 4);
    for (const lookup of uint16s(gpos, at + 4, gpos.readUInt16BE(at + 2))) indexes.add(lookup);
  }
  return [...indexes].map((index) => {
    const at = lookups + gpos.readUInt16BE(lookups + 2 + 2 * index);
    const parts = uint16s(gpos, at + 6, gpos.readUInt16BE(at + 4)).flatMap((offset) =>
      readPart(gpos, gpos.readUInt16BE(at), at + offset),
    );
    return firstOf(parts);
  });
}

/** Where the script's default language stands. */
function findLanguage(gpos: Buffer, script: string): number | null {
  const scripts = gpos.readUInt16BE(4);
  for (const wanted of [script, 'DFLT']) {
    for (let i = 0; i < gpos.readUInt16BE(scripts); i += 1) {
      const record = scripts + 2 + 6 * i;
      if (gpos.toString('latin1', record, record + 4) !== wanted) continue;
      const at = scripts + gpos.readUInt16BE(record + 4);
      const language = gpos.readUInt16BE(at);
      return language === 0 ? null : at + language;
    }
  }
  return null;
}

/** Contextual lookups are about marks: simple scripts have none. */
function readPart(gpos: Buffer, type: number, at: number): Pairs[] {
  if (type === EXTENSION) return readPart(gpos, gpos.readUInt16BE(at + 2), at + gpos.readUInt32BE(at + 4));
  if (type !== PAIR_POSITIONING) return [];
  const coverage = readCoverage(gpos, at + gpos.readUInt16BE(at + 2));
  const format1 = gpos.readUInt16BE(at + 4);
  const size = 2 * (bits(format1) + bits(gpos.readUInt16BE(at + 6)));
  const advance = 2 * bits(format1 & (X_ADVANCE - 1));
  const advanceAt = (record: number) => (format1 & X_ADVANCE ? gpos.readInt16BE(record + advance) : 0);

  if (gpos.readUInt16BE(at) === 1) {
    const sets = uint16s(gpos, at + 10, gpos.readUInt16BE(at + 8));
    return [
      (left, right) => {
        const set = sets[coverage.get(left) ?? -1];
        if (set === undefined) return undefined;
        const count = gpos.readUInt16BE(at + set);
        for (let i = 0; i < count; i += 1) {
          const record = at + set + 2 + i * (2 + size);
          if (gpos.readUInt16BE(record) === right) return advanceAt(record + 2);
        }
        return undefined;
      },
    ];
  }
  const first = readClasses(gpos, at + gpos.readUInt16BE(at + 8));
  const second = readClasses(gpos, at + gpos.readUInt16BE(at + 10));
  const secondCount = gpos.readUInt16BE(at + 14);
  return [
    (left, right) =>
      coverage.has(left)
        ? advanceAt(at + 16 + size * ((first.get(left) ?? 0) * secondCount + (second.get(right) ?? 0)))
        : undefined,
  ];
}

function firstOf(parts: readonly Pairs[]): Pairs {
  return (left, right) => {
    for (const part of parts) {
      const value = part(left, right);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

/** The place of each glyph in a list of glyphs or of ranges of them. */
function readCoverage(gpos: Buffer, at: number): Map<number, number> {
  const count = gpos.readUInt16BE(at + 2);
  if (gpos.readUInt16BE(at) === 1) return new Map(uint16s(gpos, at + 4, count).map((glyph, index) => [glyph, index]));
  const places = new Map<number, number>();
  for (let i = 0; i < count; i += 1) {
    const [from = 0, to = 0, place = 0] = uint16s(gpos, at + 4 + 6 * i, 3);
    for (let glyph = from; glyph <= to; glyph += 1) places.set(glyph, place + glyph - from);
  }
  return places;
}

/** Which class a glyph is of; one that is not there is of class 0. */
function readClasses(gpos: Buffer, at: number): Map<number, number> {
  if (gpos.readUInt16BE(at) === 1) {
    const from = gpos.readUInt16BE(at + 2);
    return new Map(uint16s(gpos, at + 6, gpos.readUInt16BE(at + 4)).map((value, index) => [from + index, value]));
  }
  const classes = new Map<number, number>();
  for (let i = 0; i < gpos.readUInt16BE(at + 2); i += 1) {
    const [from = 0, to = 0, value = 0] = uint16s(gpos, at + 4 + 6 * i, 3);
    for (let glyph = from; glyph <= to; glyph += 1) classes.set(glyph, value);
  }
  return classes;
}

function uint16s(buffer: Buffer, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => buffer.readUInt16BE(at + 2 * index));
}

function bits(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
