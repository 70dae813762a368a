/**
 * Whole services in virtual time: the real engine over the real core, with faults from a seed, checked by their log. A failure names
 * its seed; `SIM_SEED=<seed> SIM_SEEDS=1 npx vitest run test/sim/engine.sim.test.ts` plays it again, the same in every detail.
 */
import { describe, it } from 'vitest';
import { NO_FAULTS } from '../../runtime/service/engine/testing/sim-service.js';
import { run } from './engine/run.js';
import type { Scenario } from './engine/scenario.js';

const CALM: Omit<Scenario, 'style' | 'instances'> = {
  faults: NO_FAULTS,
  accidents: false,
  busCrashes: false,
  wipes: false,
  setBacks: false,
  requests: 40,
};
const SEEDS = Number(process.env.SIM_SEEDS ?? 8);
const FIRST = Number(process.env.SIM_SEED ?? 1);

describe.each(['modern', 'classic'] as const)('an engine of the %s style', (style) => {
  const scenarios: [string, Omit<Scenario, 'style'>][] = [
    ['alone, without faults', { ...CALM, instances: 1 }],
    ['as one of three, without faults', { ...CALM, instances: 3 }],
    ['killed around store commits', { ...CALM, instances: 1, faults: { ...NO_FAULTS, killAtCommit: 0.05 } }],
    [
      'two, killed around store commits',
      { ...CALM, instances: 2, faults: { ...NO_FAULTS, killAtCommit: 0.05 } },
    ],
    [
      'killed around batches and acknowledgements',
      { ...CALM, instances: 2, faults: { ...NO_FAULTS, killAtSend: 0.05 } },
    ],
    ['cut off from the bus', { ...CALM, instances: 2, faults: { ...NO_FAULTS, disconnect: 0.05 } }],
    [
      'with a store that is away now and then',
      { ...CALM, instances: 2, faults: { ...NO_FAULTS, storeAway: 0.03 } },
    ],
    ['killed, cut off and stopped', { ...CALM, instances: 3, accidents: true }],
    ['with a bus that crashes', { ...CALM, instances: 2, busCrashes: true }],
    ['with a state that is wiped while it runs', { ...CALM, instances: 1, wipes: true }],
    ['three, with a state that is wiped while they run', { ...CALM, instances: 3, wipes: true }],
    ['with a state set back to an older copy', { ...CALM, instances: 2, setBacks: true }],
    [
      'everything at once',
      {
        ...CALM,
        instances: 3,
        accidents: true,
        busCrashes: true,
        wipes: true,
        setBacks: true,
        faults: { killAtCommit: 0.01, killAtSend: 0.01, disconnect: 0.01, storeAway: 0.01 },
      },
    ],
  ];
  it.each(scenarios)('keeps the books: %s', async (_, scenario) => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) await run(seed, { style, ...scenario });
  });
});
