import { describe, expect, it } from '@jest/globals';
import { KontorError } from '../../domain/errors.js';
import { LARGEST_LOGO, readLogo } from '../../statements/logo.js';
import { jpeg, png } from './logoFiles.js';

function refusalOf(file: Buffer): string {
  try {
    readLogo(file);
    return 'taken';
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    expect([error.code, error.fields[0]?.field, error.fields[0]?.code]).toEqual([
      ...['VALIDATION_FAILED', '/contentBase64', 'INVALID_IMAGE'],
    ]);
    return error.message;
  }
}

describe("an MSP's logo", () => {
  it('is a PNG or a JPEG by its content, and kept without what is no part of the picture', () => {
    expect(readLogo(png())).toEqual({ contentType: 'image/png', content: png() });
    const named = png({ more: [['tEXt', Buffer.from('Author\0Somebody')]] });
    expect(readLogo(named).content.equals(png())).toBe(true);
    const palette = { width: 2, height: 1, bits: 1, colours: 3, pixels: Buffer.from([0, 0x80]) };
    const paletted = png({ ...palette, more: [['PLTE', Buffer.alloc(6)]] });
    expect(readLogo(paletted).content.equals(paletted)).toBe(true);
    expect(readLogo(jpeg())).toEqual({ contentType: 'image/jpeg', content: jpeg() });
    expect(readLogo(jpeg({ note: 'Exif of a camera at a place' })).content.equals(jpeg())).toBe(true);
  });

  it.each([
    ['a text', Buffer.from('<svg onload="alert(1)"/>'), /neither a PNG nor a JPEG/],
    ['a file too large', Buffer.alloc(LARGEST_LOGO.bytes + 1), /bytes, at most 153600/],
    [
      'a PNG of too many pixels',
      png({ width: 40_000, height: 40_000, pixels: Buffer.alloc(9) }),
      /40000 × 40000 pixels/,
    ],
    ['a PNG without a pixel', png({ width: 0 }), /0 × 3 pixels/],
    ['a PNG that unpacks to more than it says', png({ pixels: Buffer.alloc(1_000_000) }), /cannot be read/],
    ['a PNG that unpacks to less', png({ pixels: Buffer.alloc(3) }), /cannot be read/],
    ['a PNG with an alpha channel', png({ colours: 6 }), /on a background/],
    ['a PNG with a transparent colour', png({ more: [['tRNS', Buffer.alloc(6)]] }), /transparent or moves/],
    ['a PNG that is interlaced', png({ interlaced: 1 }), /not interlaced/],
    ['a PNG of 16 bits', png({ bits: 16 }), /8 bits/],
    ['a PNG of 4 bits a colour', png({ bits: 4, pixels: Buffer.alloc(21) }), /8 bits/],
    ['a PNG without its palette', png({ colours: 3, pixels: Buffer.alloc(15) }), /cannot be read/],
    ['a PNG that breaks off', png().subarray(0, 40), /breaks off/],
    ['a JPEG for print', jpeg({ channels: 4 }), /grey or RGB/],
    ['a JPEG of too many pixels', jpeg({ width: 9_000 }), /9000 × 3 pixels/],
    ['a JPEG that breaks off', jpeg().subarray(0, 30), /cannot be read/],
    ['a JPEG that says nothing of its size', Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9]), /cannot be read/],
  ])('is not %s', (_what, file, message) => {
    expect(refusalOf(file)).toMatch(message);
  });

  it('whatever bytes come, is taken or refused', () => {
    for (const whole of [png(), jpeg()]) {
      for (let at = 0; at < whole.length; at += 1) {
        const broken = Buffer.from(whole);
        broken[at] = (broken[at] ?? 0) ^ 0xff;
        expect(typeof refusalOf(broken)).toBe('string');
        expect(typeof refusalOf(whole.subarray(0, at))).toBe('string');
      }
    }
  });
});
