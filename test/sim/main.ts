import { parseArgs } from 'node:util';
import { SimulationFailure, simulate } from './simulate.js';

/**
 * `npm run sim -- --seed N --steps N` replays one run and, if it fails, prints what led to it; `--runs N` tries N seeds from there on.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '1' },
    trace: { type: 'string', default: '60' },
  },
});
const [seed, steps, runs, trace] = [values.seed, values.steps, values.runs, values.trace].map(Number) as [
  number,
  number,
  number,
  number,
];

let events = 0;
let hash = '';
try {
  for (let run = 0; run < runs; run += 1) {
    const outcome = await simulate(seed + run, steps, trace);
    events += outcome.events;
    hash = outcome.hash;
  }
  console.log(`${runs} runs of ${steps} steps from seed ${seed}: ${events} events, last trace ${hash}`);
} catch (error) {
  if (!(error instanceof SimulationFailure)) throw error;
  console.error(error.trace.join('\n'));
  console.error(`\nseed ${error.seed}: ${error.message}\n`);
  console.error((error.cause as Error).stack);
  process.exitCode = 1;
}
