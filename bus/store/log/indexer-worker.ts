import { parentPort, workerData } from 'node:worker_threads';
import { openIndex } from './index/database.js';
import { Sealer } from './index/seal.js';
import type { StepAnswer, StepRequest } from './indexer.js';
import { indexStep } from './indexing.js';

/** The thread behind `WorkerIndexer`. Its data is the directory of the log; it ends when it is asked to close. */
const directory: string = workerData;
const port = parentPort!;
const index = openIndex(directory);
const sealer = new Sealer(directory, index);

port.on('message', async (request: StepRequest | 'close') => {
  if (request === 'close') {
    sealer.close();
    await index.env.close();
    port.close();
    return;
  }
  port.postMessage(answer(request));
  sealer.written();
});

function answer({ reached, to }: StepRequest): StepAnswer {
  try {
    return { reached: indexStep(directory, index, reached, to) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
