import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { canonicalPassword } from './passwordRules.js';
import { atMost } from './atMost.js';

interface Cost {
  /** CPU and memory: 128 × n × r bytes. */
  n: number;
  r: number;
  p: number;
}

/** OWASP's choice for 32 MiB a hash; some 200 ms on one core. */
const COST: Cost = { n: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Two hashes keep two cores busy and take 64 MiB; who would wait for more than ten seconds is told to come back. */
const inTurn = atMost(2, 100);

const STORED = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/;

/** Compared with where there is no password, so that this takes as long: it is nobody's. */
const NOBODYS = stored(COST, Buffer.alloc(SALT_BYTES), Buffer.alloc(HASH_BYTES));

function stored({ n, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return ['scrypt', n, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

function derive(password: string, salt: Buffer, { n, r, p }: Cost): Promise<Buffer> {
  const options = { N: n, r, p, maxmem: 256 * n * r };
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        scrypt(canonicalPassword(password), salt, HASH_BYTES, options, (error, hash) => {
          if (error === null) resolve(hash);
          else reject(error);
        });
      }),
  );
}

/** What is kept of a password: scrypt with its parameters and a salt of its own. Throws RATE_LIMITED. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return stored(COST, salt, await derive(password, salt, COST));
}

/** Whether it is the password; without one that is kept, no, after the same time. Throws RATE_LIMITED. */
export async function passwordMatches(password: string, kept: string | null): Promise<boolean> {
  const [, n, r, p, salt = '', hash = ''] = STORED.exec(kept ?? NOBODYS) ?? [];
  const cost = { n: Number(n), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, 'base64url'), cost);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url')) && kept !== null;
}
