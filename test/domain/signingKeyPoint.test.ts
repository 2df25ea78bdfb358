import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isSigningKeyPoint } from '../../domain/signingKeyPoint.js';

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const PRIME_LESS_ONE = `ec${'ff'.repeat(30)}7f`;

describe('a public key of Ed25519', () => {
  it('is taken as a key pair has it', () => {
    for (let i = 0; i < 20; i += 1) {
      const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
      expect(isSigningKeyPoint(Buffer.from(String(x), 'base64url'))).toBe(true);
    }
    // RFC 8032, 7.1, tests 1 to 3.
    for (const known of [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    ]) {
      expect(isSigningKeyPoint(bytes(known))).toBe(true);
    }
  });

  it.each([
    ['of order 1', `01${'00'.repeat(31)}`],
    ['of order 2', PRIME_LESS_ONE],
    ['of order 4', '00'.repeat(32)],
    ['of order 4, the other', `${'00'.repeat(31)}80`],
    ['of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['of order 8, the second', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['of order 8, the third', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['of order 8, the fourth', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
    ['of order 1 with the sign of x', `01${'00'.repeat(30)}80`],
    ['of order 2 with the sign of x', `ec${'ff'.repeat(31)}`],
    ['whose y is the prime', `ed${'ff'.repeat(30)}7f`],
    ['whose y is the prime and one', `ee${'ff'.repeat(30)}7f`],
    ['whose y is larger than the prime, of a point that is one', `f0${'ff'.repeat(30)}7f`],
    ['that is no point of the curve', `02${'00'.repeat(31)}`],
    ['of 31 bytes', '11'.repeat(31)],
    ['of nothing', ''],
  ])('case 47: is refused %s', (_how, hex) => {
    expect(isSigningKeyPoint(bytes(hex))).toBe(false);
  });
});
