import { parseArgs } from 'node:util';
import { loadSimulation } from './plants/load.js';
import { PLANTS, type PlantName } from './plants/plants.js';
import { concerned, type Found, search } from './search.js';
import type { RunOptions } from './simulate.js';

const HELP = `Simulates the bus and a service in virtual time, with faults from a seed.

  npm run sim -- --seed 7                    one run; fails with what led to a broken promise
  npm run sim -- --seed 1 --seeds 500        one seed after the other
  npm run sim -- --minutes 30                as many seeds as there is time for
  npm run sim -- --plant NAME --seeds 10000  puts a fault in, and looks for the seed that finds it

  --steps N          actions while there are faults (1500)
  --stores KIND      memory (default) or embedded; the trace is the same
  --lines N          lines of the trace to show (60)
  --as-found         does not look for the shortest run that breaks the promise

Plants: ${Object.keys(PLANTS).join(', ')}`;

const TRACE_LINES = 2_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: '1500' },
    minutes: { type: 'string' },
    plant: { type: 'string' },
    stores: { type: 'string', default: 'memory' },
    lines: { type: 'string', default: '60' },
    'as-found': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const plant = values.plant as PlantName | undefined;
const stores = values.stores as 'memory' | 'embedded';
const unknown = (plant !== undefined && !(plant in PLANTS)) || !['memory', 'embedded'].includes(stores);
if (values.help || unknown) {
  console.log(HELP);
  process.exitCode = unknown ? 2 : 0;
} else await run();

async function run(): Promise<void> {
  const seed = Number(values.seed);
  const first: RunOptions = {
    seed,
    steps: Number(values.steps),
    stores,
    traceLines: TRACE_LINES,
    ...(plant !== undefined && { plant }),
  };
  const end = values.minutes === undefined ? undefined : Date.now() + Number(values.minutes) * 60_000;
  const seeds = Number(values.seeds);
  const { simulate } = await loadSimulation(plant);
  const goOn = (done: number) => (end === undefined ? done < seeds : Date.now() < end);
  const { runs, events, hash, found } = await search(simulate, first, goOn, !values['as-found']);
  const what = plant === undefined ? '' : ` with ${plant}`;
  if (found === undefined)
    console.log(
      `${runs} runs${what} from seed ${seed} keep every promise: ${events} events, last trace ${hash}`,
    );
  else report(found, what);
  // A plant that is not found is the failure.
  process.exitCode = (found === undefined) === (plant === undefined) ? 0 : 1;
}

function report({ seed, steps, broken }: Found, what: string): void {
  console.error(concerned(broken, Number(values.lines)).join('\n'));
  console.error(broken.stack);
  const planted = plant === undefined ? '' : ` --plant ${plant}`;
  const on = stores === 'memory' ? '' : ` --stores ${stores}`;
  console.log(`seed ${seed}${what} breaks a promise: ${broken.violation}`);
  console.log(`replay: npm run sim -- --seed ${seed} --steps ${steps}${planted}${on}`);
}
