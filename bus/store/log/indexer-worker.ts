import { parentPort, workerData } from 'node:worker_threads';
import { openIndex } from './index/database.js';
import { StaleEnvironment } from './index/index-batch.js';
import { Sealer } from './index/seal.js';
import type { StepAnswer, StepRequest } from './indexer.js';
import { indexStep } from './indexing.js';

/** The thread behind `WorkerIndexer`. Its data is the directory of the log; it ends when it is asked to close. */
const directory: string = workerData;
const port = parentPort!;
const index = openIndex(directory);
const sealer = new Sealer(directory, index);

port.on('message', async (request: StepRequest | 'close') => {
  if (request === 'close') return end();
  try {
    port.postMessage({
      reached: indexStep(directory, index, request.reached, request.to),
    } satisfies StepAnswer);
  } catch (error) {
    port.postMessage({
      failure: error instanceof Error ? error.message : String(error),
    } satisfies StepAnswer);
    // The next step starts another thread, which opens the index again.
    if (error instanceof StaleEnvironment) return end();
  }
  sealer.written();
});

async function end(): Promise<void> {
  sealer.close();
  await index.env.close();
  port.close();
}
