import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, as text that fits a header, a cookie and an address. Shown once; its hash is kept. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret: SHA-256, which suffices for 256 random bits. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
