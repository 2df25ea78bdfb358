import { inflateSync } from 'node:zlib';
import { KontorError } from '../domain/errors.js';

/** Bytes of a file, and pixels of either side: a document stays small, and what a thread draws is bounded. */
export const LARGEST_LOGO = { bytes: 150 * 1024, pixels: 2_000 } as const;

export interface Logo {
  contentType: 'image/png' | 'image/jpeg';
  /** The picture alone: names, places and notes that cameras and programmes write into files are left out. */
  content: Buffer;
}

const FIELD = '/contentBase64';

function refused(message: string): KontorError {
  return new KontorError('VALIDATION_FAILED', message, [{ field: FIELD, code: 'INVALID_IMAGE', message }]);
}

function requireSize(width: number, height: number): void {
  const { pixels } = LARGEST_LOGO;
  if (width > 0 && height > 0 && width <= pixels && height <= pixels) return;
  throw refused(`The picture is ${width} × ${height} pixels: save it with 1 to ${pixels} on either side.`);
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Values a pixel has and bits each may have, by colour type; a picture with transparency is not among them. */
const PNG_COLOURS = new Map([
  [0, { channels: 1, bits: [1, 2, 4, 8] }],
  [2, { channels: 3, bits: [8] }],
  [3, { channels: 1, bits: [1, 2, 4, 8] }],
]);

interface Chunk {
  type: string;
  data: Buffer;
  whole: Buffer;
}

function chunksOf(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = PNG_SIGNATURE.length; at + 12 <= file.length;) {
    const end = at + 12 + file.readUInt32BE(at);
    if (end > file.length) break;
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) });
    if (type === 'IEND') return chunks;
    at = end;
  }
  throw refused('The PNG breaks off: save it anew.');
}

/** Bytes of the pixels once they are unpacked: a filter's number before each row. */
function unpackedSize(header: Buffer): number {
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [bits = 0, colours = 0, packed, filtered, interlaced] = header.subarray(8);
  requireSize(width, height);
  const known = PNG_COLOURS.get(colours);
  if (known?.bits.includes(bits) !== true || packed !== 0 || filtered !== 0 || interlaced !== 0) {
    throw refused('Save the PNG with 8 bits a colour, on a background, and not interlaced.');
  }
  return height * (1 + Math.ceil((width * bits * known.channels) / 8));
}

function readPng(file: Buffer): Buffer {
  const chunks = chunksOf(file);
  const [header] = chunks;
  if (header?.type !== 'IHDR' || header.data.length !== 13) throw refused('The PNG has no header: save it anew.');
  if (chunks.some(({ type }) => type === 'tRNS' || type === 'acTL')) {
    throw refused('The PNG is transparent or moves: save it as one picture on a background.');
  }
  const size = unpackedSize(header.data);
  const pixels = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  let unpacked = 0;
  try {
    unpacked = inflateSync(Buffer.concat(pixels), { maxOutputLength: size }).length;
  } catch {
    // Said below.
  }
  const palettes = chunks.filter(({ type }) => type === 'PLTE');
  const needsPalette = header.data[9] === 3;
  if (unpacked !== size || (needsPalette && (palettes.length !== 1 || (palettes[0]?.data.length ?? 1) % 3 !== 0))) {
    throw refused('The pixels of the PNG cannot be read: save it anew.');
  }
  const kept = chunks.filter(
    ({ type }) => ['IHDR', 'IDAT', 'IEND'].includes(type) || (type === 'PLTE' && needsPalette),
  );
  return Buffer.concat([PNG_SIGNATURE, ...kept.map(({ whole }) => whole)]);
}

/** Of a JPEG: what tells its size and colours, baseline or progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const START_OF_SCAN = 0xda;
/** What is no part of the picture: notes, and what applications write, but the colour transform that Adobe's names. */
const isNote = (marker: number) => marker === 0xfe || (marker > 0xe0 && marker <= 0xef && marker !== 0xee);

function requireFrame(frame: Buffer): void {
  const [bits, , , , , channels] = frame;
  if (frame.length < 6 || bits !== 8 || (channels !== 1 && channels !== 3)) {
    throw refused('Save the JPEG with 8 bits a colour, in grey or RGB.');
  }
  requireSize(frame.readUInt16BE(3), frame.readUInt16BE(1));
}

function readJpeg(file: Buffer): Buffer {
  const kept = [file.subarray(0, 2)];
  let hasFrame = false;
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff;) {
    const marker = file[at + 1] ?? 0;
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (end > file.length) break;
    if (marker === START_OF_SCAN) {
      const ended = file.lastIndexOf(Buffer.from([0xff, 0xd9]));
      if (!hasFrame || ended < end) break;
      return Buffer.concat([...kept, file.subarray(at, ended + 2)]);
    }
    if (FRAMES.includes(marker)) {
      requireFrame(file.subarray(at + 4, end));
      hasFrame = true;
    }
    if (!isNote(marker)) kept.push(file.subarray(at, end));
    at = end;
  }
  throw refused('The JPEG cannot be read: save it anew.');
}

/**
 * The picture of a file, whatever it is called. Throws VALIDATION_FAILED, which says what to save it as, where it is no PNG or
 * JPEG that documents can print, or larger than LARGEST_LOGO.
 */
export function readLogo(file: Buffer): Logo {
  if (file.length > LARGEST_LOGO.bytes) {
    throw refused(`The file has ${file.length} bytes, at most ${LARGEST_LOGO.bytes} are taken: save it smaller.`);
  }
  if (file.subarray(0, 8).equals(PNG_SIGNATURE)) return { contentType: 'image/png', content: readPng(file) };
  if (file[0] === 0xff && file[1] === 0xd8) return { contentType: 'image/jpeg', content: readJpeg(file) };
  throw refused('This is neither a PNG nor a JPEG.');
}
