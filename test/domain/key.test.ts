import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KontorError } from '../../domain/errors.js';
import {
  formatMeteredKey,
  KEY_BYTES,
  KEY_STATES,
  keyStatesBefore,
  parseMeteredKey,
  requireKeyInForce,
} from '../../domain/key.js';

const secrets = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES });
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function refusal(text: string): string {
  try {
    parseMeteredKey(text);
  } catch (error) {
    if (error instanceof KontorError) return error.message;
  }
  return 'accepted';
}

describe('a metered key', () => {
  it('is recognised by its form: KM and nine groups of six', () => {
    expect(formatMeteredKey(new Uint8Array(KEY_BYTES).fill(255))).toBe(
      'KM-ZZZZZZ-ZZZZZZ-ZZZZZZ-ZZZZZZ-ZZZZZZ-ZZZZZZ-ZZZZZZ-ZZZZZZ-ZZZGPH',
    );
  });

  it('reads back to its 256 bits, however it is typed', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const key = formatMeteredKey(secret);
        expect(parseMeteredKey(key)).toEqual(secret);
        const typed = ` km-${key.slice(3).toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
        expect(parseMeteredKey(typed)).toEqual(secret);
      }),
    );
  });

  it('with one wrong character is noticed, always', () => {
    const at = fc.nat(53);
    fc.assert(
      fc.property(secrets, at, fc.nat(31), (secret, position, digit) => {
        const key = formatMeteredKey(secret);
        const index = 3 + position + Math.floor(position / 6);
        const wrong = ALPHABET.charAt(digit);
        fc.pre(key.charAt(index) !== wrong);
        expect(refusal(key.slice(0, index) + wrong + key.slice(index + 1))).toMatch(/mistyped/);
      }),
    );
  });

  it('with two neighbours swapped is noticed, always', () => {
    fc.assert(
      fc.property(secrets, fc.nat(52), (secret, position) => {
        const compact = formatMeteredKey(secret).slice(3).replaceAll('-', '');
        const [left, right] = [compact.charAt(position), compact.charAt(position + 1)];
        fc.pre(left !== right);
        const swapped = compact.slice(0, position) + right + left + compact.slice(position + 2);
        expect(refusal(`KM-${swapped}`)).toMatch(/mistyped/);
      }),
    );
  });

  it.each([
    ['a key of another kind', 'TL-123456', /starts with KM-/],
    ['nothing', '', /starts with KM-/],
    ['a part of one', 'KM-ZZZZZZ-ZZZZZZ', /incomplete/],
    ['a character keys never have', `KM-${'U'.repeat(54)}`, /incomplete or holds a character/],
  ])('%s is told apart', (_case, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it('rule 6: comes back from silence alone; a revoked one can only be destroyed, and that is final', () => {
    expect(KEY_STATES.map((state) => [state, keyStatesBefore(state)])).toEqual([
      ['issued', ['disabled']],
      ['active', ['issued', 'disabled']],
      ['disabled', ['issued', 'active']],
      ['revoked', ['issued', 'active', 'disabled']],
      ['destroyed', ['issued', 'active', 'disabled', 'revoked']],
    ]);
  });

  it.each([
    ['issued', 'in force'],
    ['active', 'in force'],
    ['disabled', 'KEY_DISABLED'],
    ['revoked', 'KEY_REVOKED'],
    ['destroyed', 'KEY_REVOKED'],
  ] as const)('that is %s is %s at an activation', (state, expected) => {
    const heard = () => {
      try {
        requireKeyInForce(state);
        return 'in force';
      } catch (error) {
        return error instanceof KontorError ? error.code : 'another error';
      }
    };
    expect(heard()).toBe(expected);
  });
});
