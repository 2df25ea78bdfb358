import { inflateSync } from 'node:zlib';

/** What a reader gets out of a document, read back from its bytes. */
export interface PdfContents {
  /** Per page, the strings in the order they were printed. */
  pages: string[][];
  /** All strings of all pages, joined by single spaces. */
  text: string;
  /** Every glyph printed, as its number within its font. */
  glyphs: number[];
  /** Embedded files by name. */
  files: Map<string, Buffer>;
}

interface PdfObject {
  dictionary: string;
  stream: Buffer | null;
}

const DICTIONARY_END = /\n(stream|endobj)\n/g;

/** Reads documents as statements writes them: a plain list of objects, streams deflated. No general PDF parser. */
export function readPdf(bytes: Uint8Array): PdfContents {
  const objects = objectsOf(Buffer.from(bytes));
  const contents: PdfContents = { pages: [], text: '', glyphs: [], files: filesOf(objects) };
  const fonts = new Map<string, string[]>();
  for (const page of pagesOf(objects)) {
    for (const [, name = '', id = ''] of resource(objects, page).matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      if (!fonts.has(name)) fonts.set(name, unicodeOf(objects, id));
    }
    contents.pages.push(stringsOf(streamText(objects, reference(page, 'Contents')), fonts, contents.glyphs));
  }
  contents.text = contents.pages.flat().join(' ').replace(/\s+/g, ' ');
  return contents;
}

function objectsOf(file: Buffer): Map<string, PdfObject> {
  const objects = new Map<string, PdfObject>();
  const text = file.toString('latin1');
  const start = /(?:^|\n)(\d+) 0 obj\n/g;
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const from = start.lastIndex;
    DICTIONARY_END.lastIndex = from;
    const end = DICTIONARY_END.exec(text);
    const dictionary = text.slice(from, end?.index);
    let stream: Buffer | null = null;
    if (end?.[1] === 'stream') {
      const begin = DICTIONARY_END.lastIndex;
      const length = Number(/\/Length (\d+)/.exec(dictionary)?.[1] ?? 0);
      const raw = file.subarray(begin, begin + length);
      stream = dictionary.includes('/FlateDecode') ? inflateSync(raw) : raw;
      start.lastIndex = begin + length;
    }
    objects.set(match[1] ?? '', { dictionary, stream });
  }
  return objects;
}

function reference(dictionary: string, key: string): string {
  return new RegExp(`/${key} (\\d+) 0 R`).exec(dictionary)?.[1] ?? '';
}

function streamText(objects: Map<string, PdfObject>, id: string): string {
  return objects.get(id)?.stream?.toString('latin1') ?? '';
}

function resource(objects: Map<string, PdfObject>, page: string): string {
  return objects.get(reference(page, 'Resources'))?.dictionary ?? '';
}

function pagesOf(objects: Map<string, PdfObject>): string[] {
  const root = [...objects.values()].find(({ dictionary }) => /\/Type \/Pages\b/.test(dictionary));
  const kids = /\/Kids \[([^\]]*)\]/.exec(root?.dictionary ?? '')?.[1] ?? '';
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, id = '']) => objects.get(id)?.dictionary ?? '');
}

function unicodeOf(objects: Map<string, PdfObject>, fontId: string): string[] {
  const cmap = streamText(objects, reference(objects.get(fontId)?.dictionary ?? '', 'ToUnicode'));
  const unicode: string[] = [];
  for (const [, from = '', list = ''] of cmap.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
    [...list.matchAll(/<([0-9a-f ]*)>/g)].forEach(([, codes = ''], i) => {
      const units = codes.split(' ').map((code) => Number.parseInt(code, 16));
      unicode[Number.parseInt(from, 16) + i] = String.fromCharCode(...units);
    });
  }
  return unicode;
}

function stringsOf(content: string, fonts: Map<string, string[]>, glyphs: number[]): string[] {
  return [...content.matchAll(/BT \/(F\d+) (.*?)ET/g)].map(([, font = '', operators = '']) => {
    const unicode = fonts.get(font) ?? [];
    const numbers = [...operators.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex = '']) =>
      (hex.match(/.{4}/g) ?? []).map((glyph) => Number.parseInt(glyph, 16)),
    );
    glyphs.push(...numbers);
    return numbers.map((glyph) => unicode[glyph] ?? '?').join('');
  });
}

function filesOf(objects: Map<string, PdfObject>): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const { dictionary } of objects.values()) {
    if (!dictionary.includes('/Type /Filespec')) continue;
    const name = /\/F \(([^)]*)\)/.exec(dictionary)?.[1] ?? '';
    const embedded = /\/EF <<\s*\/F (\d+) 0 R/.exec(dictionary)?.[1] ?? '';
    files.set(name, objects.get(embedded)?.stream ?? Buffer.alloc(0));
  }
  return files;
}
