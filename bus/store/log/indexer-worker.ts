import { parentPort, workerData } from 'node:worker_threads';
import { Breather, holdBreath } from './breather.js';
import { openIndex } from './index/database.js';
import { StaleEnvironment } from './index/index-batch.js';
import { Sealer } from './index/seal.js';
import type { StepAnswer, StepRequest } from './indexer.js';
import { indexStep } from './indexing.js';

/** From so many events in a step on, what counts is how many are indexed, not who waits for a millisecond. */
const EVENTS_GENTLY_MAX = 5000;

/** The thread behind `WorkerIndexer`. Its data is the directory of the log; it ends when it is asked to close. */
const directory: string = workerData;
const port = parentPort!;
const index = openIndex(directory);
const breather = new Breather();
const sealer = new Sealer(directory, index);

port.on('message', async (request: StepRequest | 'close') => {
  if (request === 'close') return end();
  const { reached, to } = request;
  const breathe = to.position - reached.point.position > EVENTS_GENTLY_MAX ? holdBreath : breather.breathe;
  try {
    port.postMessage({ reached: indexStep(directory, index, reached, to, breathe) } satisfies StepAnswer);
  } catch (error) {
    port.postMessage({
      failure: error instanceof Error ? error.message : String(error),
    } satisfies StepAnswer);
    // The next step starts another thread, which opens the index again.
    if (error instanceof StaleEnvironment) return end();
  }
  sealer.written(breathe);
});

async function end(): Promise<void> {
  sealer.close();
  await index.env.close();
  port.close();
}
