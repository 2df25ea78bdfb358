import { createHash, randomInt } from 'node:crypto';

const CODES = 10;
/** Without letters and digits that are taken for each other. 16 of 31 are 79 bits, which nobody guesses from a hash. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

function group(): string {
  return Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** Ten codes for a person whose authenticator is lost, each good once; shown once, as `abcd-efgh-jkmn-pqrs`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => Array.from({ length: GROUPS }, group).join('-'));
}

/** What is kept of a code, whatever case and separators it is typed with: SHA-256. */
export function recoveryCodeHash(code: string): Buffer {
  const typed = code.toLowerCase().replaceAll(/[\s-]+/g, '');
  return createHash('sha256').update(typed).digest();
}
