/** The bus and a service in virtual time, with faults from a seed; a failure says how to play it again. */
import { describe, expect, it } from 'vitest';
import { type Outcome, type RunOptions, simulate } from './simulate.js';

const SEEDS = 500;
const BLOCK = 25;
const STEPS = 1_500;
const BLOCK_MS = 120_000;

async function kept(options: RunOptions): Promise<Extract<Outcome, { kind: 'kept' }>> {
  const outcome = await simulate(options);
  if (outcome.kind === 'kept') return outcome;
  const { seed, steps } = options;
  throw new Error(
    `seed ${seed}: ${outcome.violation}\n  replay: npm run sim -- --seed ${seed} --steps ${steps}\n${outcome.stack}`,
  );
}

describe('the bus and a service in a world of faults', () => {
  for (let from = 1; from <= SEEDS; from += BLOCK)
    it(`keep every promise for the seeds ${from} to ${from + BLOCK - 1}`, { timeout: BLOCK_MS }, async () => {
      for (let seed = from; seed < from + BLOCK; seed += 1) await kept({ seed, steps: STEPS });
    });

  it('do the same for the same seed, and something else for another', async () => {
    const first = await kept({ seed: 7, steps: STEPS });
    expect(await kept({ seed: 7, steps: STEPS })).toEqual(first);
    expect((await kept({ seed: 8, steps: STEPS })).hash).not.toBe(first.hash);
  });

  it('do the same over embedded stores, crashes with torn blocks and lost indexes included', {
    timeout: BLOCK_MS,
  }, async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const inMemory = await kept({ seed, steps: STEPS });
      expect(await kept({ seed, steps: STEPS, stores: 'embedded' })).toEqual(inMemory);
    }
  });
});
