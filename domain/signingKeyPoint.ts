/**
 * Public keys of Ed25519 as RFC 8032 has them: 32 bytes, a point of the curve -x² + y² = 1 + d·x²·y² over the integers
 * modulo 2²⁵⁵ - 19, written as y in little-endian order with the lowest bit of x on top.
 */
const PRIME = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const ROOT_OF_MINUS_ONE = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;
const BYTES = 32;

const modulo = (value: bigint): bigint => ((value % PRIME) + PRIME) % PRIME;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = modulo(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

interface Point {
  x: bigint;
  y: bigint;
}

/** The point those bytes write in their one form; undefined: there is none. */
function pointOf(bytes: Uint8Array): Point | undefined {
  if (bytes.length !== BYTES) return undefined;
  const written = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const isOdd = written >> 255n === 1n;
  const y = written & (2n ** 255n - 1n);
  if (y >= PRIME) return undefined;
  const xSquared = modulo((y * y - 1n) * power(D * y * y + 1n, PRIME - 2n));
  let x = power(xSquared, (PRIME + 3n) / 8n);
  if (modulo(x * x) !== xSquared) x = modulo(x * ROOT_OF_MINUS_ONE);
  if (modulo(x * x) !== xSquared) return undefined;
  if (x === 0n && isOdd) return undefined;
  return { x: ((x & 1n) === 1n) === isOdd ? x : modulo(-x), y };
}

function doubled({ x, y }: Point): Point {
  const product = modulo(D * x * x * y * y);
  return {
    x: modulo(2n * x * y * power(1n + product, PRIME - 2n)),
    y: modulo((y * y + x * x) * power(1n - product, PRIME - 2n)),
  };
}

/**
 * Whether messages may be signed by that Ed25519 public key (raw, 32 bytes): a point of the curve in its canonical form that
 * is none of the eight of small order, under which a signature can be made that fits without the private key (case 47).
 */
export function isSigningKeyPoint(bytes: Uint8Array): boolean {
  const point = pointOf(bytes);
  if (point === undefined) return false;
  const eightfold = doubled(doubled(doubled(point)));
  return !(eightfold.x === 0n && eightfold.y === 1n);
}
