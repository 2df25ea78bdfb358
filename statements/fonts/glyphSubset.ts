/** Tables of a TrueType file that a PDF needs besides the glyphs themselves; copied as they are. */
const COPIED_TABLES = ['cvt ', 'fpgm', 'prep'] as const;

const MORE_COMPONENTS = 0x20;
const SCALE = 0x08;
const XY_SCALE = 0x40;
const TWO_BY_TWO = 0x80;
const ARGS_ARE_WORDS = 0x01;

/** The tables of a TrueType file, as views on its bytes. */
export type TrueTypeTables = ReadonlyMap<string, Buffer>;

/** Reads the table directory. Throws a RangeError when the file has no TrueType outlines. */
export function readTables(file: Buffer): TrueTypeTables {
  const tables = new Map<string, Buffer>();
  for (let i = 0; i < file.readUInt16BE(4); i += 1) {
    const record = 12 + 16 * i;
    const offset = file.readUInt32BE(record + 8);
    tables.set(
      file.toString('latin1', record, record + 4),
      file.subarray(offset, offset + file.readUInt32BE(record + 12)),
    );
  }
  if (!tables.has('glyf')) throw new RangeError('The font has no TrueType outlines');
  return tables;
}

/**
 * The glyphs one document uses, cut out of a shared font. Glyph bytes are copied, not decoded, so that a subset costs
 * microseconds; fontkit's own takes most of the time of a short document.
 */
export class GlyphSubset {
  private readonly glyphIds: number[] = [];
  private readonly subsetIds = new Map<number, number>();

  constructor(private readonly tables: TrueTypeTables) {
    this.includeGlyph(0);
  }

  /** Returns the glyph's number within the subset. */
  includeGlyph(id: number): number {
    let subsetId = this.subsetIds.get(id);
    if (subsetId === undefined) {
      subsetId = this.glyphIds.length;
      this.glyphIds.push(id);
      this.subsetIds.set(id, subsetId);
    }
    return subsetId;
  }

  /** The font file with the included glyphs alone. */
  encode(): Uint8Array {
    const glyphs: Buffer[] = [];
    // Compound glyphs include their parts while the list is being walked.
    for (let i = 0; i < this.glyphIds.length; i += 1) glyphs.push(this.glyphBytes(this.glyphIds[i] ?? 0));

    const loca = Buffer.alloc(4 * (glyphs.length + 1));
    let offset = 0;
    glyphs.forEach((glyph, i) => {
      offset += glyph.length;
      loca.writeUInt32BE(offset, 4 * (i + 1));
    });
    const head = Buffer.from(this.table('head'));
    head.writeUInt32BE(0, 8);
    head.writeInt16BE(1, 50);
    const hhea = Buffer.from(this.table('hhea'));
    hhea.writeUInt16BE(glyphs.length, 34);
    const maxp = Buffer.from(this.table('maxp'));
    maxp.writeUInt16BE(glyphs.length, 4);

    const parts: [string, Buffer][] = [
      ...COPIED_TABLES.flatMap((tag): [string, Buffer][] => (this.tables.has(tag) ? [[tag, this.table(tag)]] : [])),
      ['glyf', Buffer.concat(glyphs)],
      ['head', head],
      ['hhea', hhea],
      ['hmtx', this.metrics()],
      ['loca', loca],
      ['maxp', maxp],
    ];
    return fontFile(parts.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private table(tag: string): Buffer {
    const table = this.tables.get(tag);
    if (table === undefined) throw new RangeError(`The font has no table "${tag}"`);
    return table;
  }

  private glyphBytes(id: number): Buffer {
    const loca = this.table('loca');
    const isLong = this.table('head').readInt16BE(50) === 1;
    const offsetOf = (n: number) => (isLong ? loca.readUInt32BE(4 * n) : 2 * loca.readUInt16BE(2 * n));
    const glyph = this.table('glyf').subarray(offsetOf(id), offsetOf(id + 1));
    return glyph.length > 0 && glyph.readInt16BE(0) < 0 ? this.renumberComponents(Buffer.from(glyph)) : glyph;
  }

  private renumberComponents(glyph: Buffer): Buffer {
    let position = 10;
    let flags: number;
    do {
      flags = glyph.readUInt16BE(position);
      glyph.writeUInt16BE(this.includeGlyph(glyph.readUInt16BE(position + 2)), position + 2);
      position += flags & ARGS_ARE_WORDS ? 8 : 6;
      if (flags & SCALE) position += 2;
      else if (flags & XY_SCALE) position += 4;
      else if (flags & TWO_BY_TWO) position += 8;
    } while (flags & MORE_COMPONENTS);
    return glyph;
  }

  private metrics(): Buffer {
    const source = this.table('hmtx');
    const fullMetrics = this.table('hhea').readUInt16BE(34);
    const metrics = Buffer.alloc(4 * this.glyphIds.length);
    this.glyphIds.forEach((id, i) => {
      const isFull = id < fullMetrics;
      metrics.writeUInt16BE(source.readUInt16BE(4 * (isFull ? id : fullMetrics - 1)), 4 * i);
      metrics.writeInt16BE(
        source.readInt16BE(isFull ? 4 * id + 2 : 4 * fullMetrics + 2 * (id - fullMetrics)),
        4 * i + 2,
      );
    });
    return metrics;
  }
}

function checksum(table: Buffer): number {
  let sum = 0;
  for (let i = 0; i + 4 <= table.length; i += 4) sum = (sum + table.readUInt32BE(i)) >>> 0;
  return sum;
}

function fontFile(parts: [string, Buffer][]): Buffer {
  const power = Math.floor(Math.log2(parts.length));
  const directory = Buffer.alloc(12 + 16 * parts.length);
  directory.writeUInt32BE(0x00010000, 0);
  directory.writeUInt16BE(parts.length, 4);
  directory.writeUInt16BE(16 * 2 ** power, 6);
  directory.writeUInt16BE(power, 8);
  directory.writeUInt16BE(16 * parts.length - 16 * 2 ** power, 10);
  let offset = directory.length;
  const chunks: Buffer[] = [directory];
  parts.forEach(([tag, table], i) => {
    const padded = Buffer.concat([table, Buffer.alloc(-table.length & 3)]);
    const record = 12 + 16 * i;
    directory.write(tag, record, 'latin1');
    directory.writeUInt32BE(checksum(padded), record + 4);
    directory.writeUInt32BE(offset, record + 8);
    directory.writeUInt32BE(table.length, record + 12);
    offset += padded.length;
    chunks.push(padded);
  });
  return Buffer.concat(chunks);
}
