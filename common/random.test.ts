import { describe, expect, it } from 'vitest';
import { type Random, seededRandom, systemRandom } from './random.js';

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe('a seeded random', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    expect(draw(seededRandom(42), 3)).toEqual(draw(seededRandom(42), 3));
    expect(Array.from({ length: 5 }, (() => seededRandom(1).int(1000)) as () => number)).toEqual(
      Array(5).fill(seededRandom(1).int(1000)),
    );
  });

  it('gives other numbers for every other seed, also beyond 32 bits and below 0', () => {
    const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER];
    const first = seeds.map((seed) => draw(seededRandom(seed), 2).join());
    expect(new Set(first).size).toBe(seeds.length);
  });
});

describe.each([
  ['seeded', seededRandom(7)],
  ['system', systemRandom],
])('a %s random', (_name, random) => {
  it('stays in [0, 1) and is even: mean and all tenths', () => {
    const numbers = draw(random, 20_000);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 1);
    const tenths = Array<number>(10).fill(0);
    for (const number of numbers) tenths[Math.floor(number * 10)]! += 1;
    expect(Math.min(...tenths)).toBeGreaterThan(1700);
    expect(Math.max(...tenths)).toBeLessThan(2300);
  });

  it('draws every integer below n and no other', () => {
    const seen = new Set(Array.from({ length: 1000 }, () => random.int(5)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});
