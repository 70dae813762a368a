import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateStoreContract } from '../contract.js';
import { LmdbStore } from './lmdb-store.js';

stateStoreContract('The embedded store', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'state-'));
  let now = 1_000_000;
  return {
    open: async (clientType) => {
      const store = new LmdbStore(directory, clientType, { now: () => now });
      await store.open();
      return store;
    },
    pass: async (ms) => {
      now += ms;
    },
    dispose: async () => rmSync(directory, { recursive: true }),
  };
});
