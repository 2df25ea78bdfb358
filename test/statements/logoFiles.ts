import { deflateSync } from 'node:zlib';

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  // Its checksum is looked at by nobody here.
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
}

interface PngSpec {
  width?: number;
  height?: number;
  bits?: number;
  colours?: number;
  interlaced?: number;
  pixels?: Buffer;
  more?: [type: string, data: Buffer][];
}

/** A PNG, of RGB in one colour unless told otherwise. */
export function png({
  width = 4,
  height = 3,
  bits = 8,
  colours = 2,
  interlaced = 0,
  pixels,
  more = [],
}: PngSpec = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colours, 0, 0, interlaced], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...more.map(([type, data]) => chunk(type, data)),
    chunk(
      'IDAT',
      deflateSync(
        pixels ?? Buffer.alloc(height * (1 + width * 3), 0x40).map((byte, i) => (i % (1 + width * 3) === 0 ? 0 : byte)),
      ),
    ),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

/** A JPEG's frame, whose scan nobody decodes here. */
export function jpeg({ width = 4, height = 3, channels = 3, note = '' } = {}): Buffer {
  const frame = Buffer.alloc(6 + channels * 3);
  frame[0] = 8;
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  frame[5] = channels;
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(note === '' ? [] : [segment(0xe1, Buffer.from(note)), segment(0xfe, Buffer.from(note))]),
    segment(0xc0, frame),
    segment(0xda, Buffer.alloc(10)),
    Buffer.from([1, 2, 3, 0xff, 0xd9]),
  ]);
}
