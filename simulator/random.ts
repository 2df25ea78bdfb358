/**
 * Seeded pseudo-random numbers of 32 bits (mulberry32): the same seed and labels give the same world on every machine.
 * Each thing of the world draws from a generator of its own, so that no order of work changes what it is.
 */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole, from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** Throws RangeError for an empty list. */
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
  /** Standard normal deviate. */
  normal(): number;
  bytes(count: number): Uint8Array;
  /** In the form of a random UUID (version 4). */
  uuid(): string;
  /** A new list in random order. */
  shuffled<T>(list: readonly T[]): T[];
}

/** FNV-1a, so that neighbouring labels start far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** The generator of one thing, named by its labels. */
export function createRandom(seed: number, ...labels: readonly (string | number)[]): Random {
  let state = hash([seed, ...labels].join('/'));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => int(0, 255));
  return {
    next,
    int,
    pick: (list) => {
      const [picked] = list.slice(int(0, list.length - 1));
      if (picked === undefined) throw new RangeError('There is nothing to pick from');
      return picked;
    },
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    bytes,
    uuid: () => {
      const hex = Buffer.from(bytes(16)).toString('hex');
      const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    shuffled: (list) => {
      const result = [...list];
      for (let i = result.length - 1; i > 0; i -= 1) {
        const j = int(0, i);
        const [a, b] = [result[i], result[j]];
        if (a !== undefined && b !== undefined) [result[i], result[j]] = [b, a];
      }
      return result;
    },
  };
}
