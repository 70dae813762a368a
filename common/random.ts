import { randomFillSync } from 'node:crypto';

/** Chance as a port: everything that needs chance is given one, so that a run can be repeated from its seed. */
export interface Random {
  /** a number in [0, 1) with 53 random bits */
  next(): number;
  /** an integer from 0 to n - 1; n is an integer from 1 to 2^53 */
  int(n: number): number;
}

/** The same seed (any integer) gives the same numbers on every machine. Not for secrets. */
export function seededRandom(seed: number): Random {
  return from32Bits(xoshiro128(seed));
}

/** The machine's chance; cannot be foretold. */
export const systemRandom: Random = from32Bits(pooledBits());

function from32Bits(next32: () => number): Random {
  const next = (): number => ((next32() >>> 5) * 2 ** 26 + (next32() >>> 6)) / 2 ** 53;
  return { next, int: (n) => Math.floor(next() * n) };
}

/** xoshiro128** (Blackman, Vigna), its state filled by splitmix32: neighbouring seeds give unrelated sequences. */
function xoshiro128(seed: number): () => number {
  const fill = splitmix32(seed);
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

/** The lower 32 bits of the seed are where it begins, the upper ones its stride, which has to be odd. */
function splitmix32(seed: number): () => number {
  const stride = 0x9e3779b9 + 2 * Math.floor(seed / 2 ** 32);
  let state = seed | 0;
  return () => {
    state = (state + stride) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Fetched from the system a thousand at a time: one call each would cost a microsecond. */
function pooledBits(): () => number {
  const pool = new Uint32Array(1024);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const word = pool[used]!;
    used += 1;
    return word;
  };
}
