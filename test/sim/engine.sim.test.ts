import { describe, expect, it } from 'vitest';
import { NO_FAULTS } from '../../runtime/service/engine/testing/sim-service.js';
import { run, type Scenario } from './engine/run.js';

const CALM: Omit<Scenario, 'style' | 'instances'> = {
  faults: NO_FAULTS,
  accidents: false,
  busCrashes: false,
  wipes: false,
  setBacks: false,
  requests: 40,
};
const SEEDS = Number(process.env.SIM_SEEDS ?? 5);
const FIRST = Number(process.env.SIM_SEED ?? 1);

describe.each(['modern', 'classic'] as const)('an engine of the %s style', (style) => {
  const scenarios: [string, Omit<Scenario, 'style'>][] = [
    ['alone, without faults', { ...CALM, instances: 1 }],
    ['as one of three, without faults', { ...CALM, instances: 3 }],
  ];
  it.each(scenarios)('keeps the books: %s', async (_, scenario) => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++)
      await expect(run(seed, { style, ...scenario }), `seed ${seed}`).resolves.toBeUndefined();
  });
});
