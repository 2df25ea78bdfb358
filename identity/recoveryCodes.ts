import { createHash, randomInt } from 'node:crypto';

const CODES = 10;
/** Without letters and digits that are taken for each other. 24 of 31 are 118 bits: for 112 and more a plain hash is enough. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 6;
const GROUP_LENGTH = 4;

function group(): string {
  return Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** Ten codes for a person whose authenticator is lost, each good once; shown once, as `abcd-efgh-jkmn-pqrs-tuvw-xyz2`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => Array.from({ length: GROUPS }, group).join('-'));
}

/** What is kept of a code, whatever case and separators it is typed with: SHA-256. */
export function recoveryCodeHash(code: string): Buffer {
  const typed = code.toLowerCase().replaceAll(/[\s-]+/g, '');
  return createHash('sha256').update(typed).digest();
}
