import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract } from '../contract.js';
import { LogStore } from './log-store.js';
import type { LogStoreOptions } from './options.js';

function contractOver(name: string, options: Partial<LogStoreOptions>): void {
  eventStoreContract(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'log-store-'));
    return {
      store: () => new LogStore(directory, { indexer: 'inline', ...options }),
      remove: () => rm(directory, { recursive: true }),
    };
  });
}

contractOver('log, indexed at once', { indexIntervalMs: 0 });
contractOver('log, indexed late, in tiny layers', { indexIntervalMs: 60_000, layerWeightMax: 5 });
contractOver('log, in tiny segments, appends waiting for the indexes', {
  indexIntervalMs: 1,
  segmentBytesMax: 3000,
  groupBytesMax: 2000,
  layerWeightMax: 3,
  weightMax: 10,
});
