import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.js';

const SEEDS = 300;
const STEPS = 1_000;
const BLOCK = 50;

describe('the core in a world of faults', () => {
  for (let from = 1; from <= SEEDS; from += BLOCK)
    it(`keeps every promise for the seeds ${from} to ${from + BLOCK - 1}`, async () => {
      for (let seed = from; seed < from + BLOCK; seed += 1) await simulate(seed, STEPS);
    });

  it('does the same for the same seed, and something else for another', async () => {
    const first = await simulate(7, STEPS);
    expect(await simulate(7, STEPS)).toEqual(first);
    expect((await simulate(8, STEPS)).hash).not.toBe(first.hash);
  });
});
