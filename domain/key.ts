import { KontorError, fieldError } from './errors.js';

export const KEY_STATES = ['issued', 'active', 'disabled', 'revoked', 'destroyed'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** An additional key is a second one for a site or tenant that has its metered key, such as for a standby machine. */
export const KEY_KINDS = ['metered', 'additional'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What ended a key first. A rotation replaces it and says nothing against what was used under it. */
export const KEY_ENDS = ['disabled', 'revoked', 'destroyed', 'rotated'] as const;
export type KeyEnding = (typeof KEY_ENDS)[number];

/** From which state a metered key may move to which. Only silence is undone (rule 6); destruction is final. */
const MOVES: Record<KeyState, readonly KeyState[]> = {
  issued: ['active', 'disabled', 'revoked', 'destroyed'],
  active: ['disabled', 'revoked', 'destroyed'],
  disabled: ['issued', 'active', 'revoked', 'destroyed'],
  revoked: ['destroyed'],
  destroyed: [],
};

/** States from which a key may reach `to`. */
export function keyStatesBefore(to: KeyState): KeyState[] {
  return KEY_STATES.filter((from) => MOVES[from].includes(to));
}

/** How long a destruction that was asked for may be confirmed. */
export const CONFIRM_WITHIN_HOURS = 24;

/** Throws what a site hears that shows a key in this state; returns when the key is in force. */
export function requireKeyInForce(state: KeyState): void {
  if (state === 'revoked' || state === 'destroyed') {
    throw new KontorError('KEY_REVOKED', 'This key has been withdrawn. Ask the MSP for a new one.');
  }
  if (state === 'disabled') {
    throw new KontorError(
      'KEY_DISABLED',
      'This key is disabled: its site was silent, which a check-in ends, or its MSP is suspended. Ask the MSP if it stays so.',
    );
  }
}

/** Bytes of chance in a metered key. */
export const KEY_BYTES = 32;
const PREFIX = 'KM-';
// Crockford's base 32: no I, L, O, U, so that a key can be read out and typed.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DIGITS = 52; // 256 bits in fives, the last one padded with four zero bits
const CHECK_DIGITS = 2;
const GROUP = 6; // 54 characters in nine groups
/** The largest prime below 32²: one wrong character, or two neighbours swapped, always change the remainder. */
const CHECK_PRIME = 1021;

function digitsOf(secret: Uint8Array): number[] {
  const digits: number[] = [];
  let bits = 0;
  let pending = 0;
  for (const byte of secret) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      digits.push((pending >> bits) & 31);
    }
    pending &= (1 << bits) - 1;
  }
  if (bits > 0) digits.push((pending << (5 - bits)) & 31);
  return digits;
}

function checkOf(digits: readonly number[]): number[] {
  const remainder = digits.reduce((sum, digit) => (sum * 32 + digit) % CHECK_PRIME, 0);
  return [remainder >> 5, remainder & 31];
}

/** `KM-` and nine groups of six characters: recognisable as a metered key by its form, checked before it is looked up. */
export function formatMeteredKey(secret: Uint8Array): string {
  if (secret.length !== KEY_BYTES) throw new KontorError('INTERNAL', `A key has ${KEY_BYTES} bytes.`);
  const digits = digitsOf(secret);
  const text = [...digits, ...checkOf(digits)].map((digit) => ALPHABET.charAt(digit)).join('');
  return PREFIX + (text.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');
}

/**
 * The 256 bits of a key as typed: case, blanks and dashes do not matter, O reads as 0, I and L as 1. Throws
 * VALIDATION_FAILED on `field` where it is no metered key or was mistyped.
 */
export function parseMeteredKey(text: string, field = '/key'): Uint8Array {
  const typed = text.trim().toUpperCase();
  if (!typed.startsWith(PREFIX)) {
    throw fieldError('VALIDATION_FAILED', field, `This is not a metered key: it starts with ${PREFIX}.`);
  }
  const compact = typed.slice(PREFIX.length).replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const digits = Array.from(compact, (character) => ALPHABET.indexOf(character));
  if (digits.length !== DIGITS + CHECK_DIGITS || digits.includes(-1)) {
    throw fieldError(
      'VALIDATION_FAILED',
      field,
      'This metered key is incomplete or holds a character keys never have.',
    );
  }
  const secret = new Uint8Array(KEY_BYTES);
  let bits = 0;
  let pending = 0;
  let position = 0;
  for (const digit of digits.slice(0, DIGITS)) {
    pending = (pending << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      secret[position] = pending >> bits;
      position += 1;
      pending &= (1 << bits) - 1;
    }
  }
  const check = checkOf(digits.slice(0, DIGITS));
  if (pending !== 0 || check[0] !== digits[DIGITS] || check[1] !== digits[DIGITS + 1]) {
    throw fieldError('VALIDATION_FAILED', field, 'This metered key was mistyped: its check characters do not match.');
  }
  return secret;
}
