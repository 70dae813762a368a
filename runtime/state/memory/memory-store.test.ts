import { describe, expect, it } from 'vitest';
import { stateStoreContract } from '../contract.js';
import { MemoryState } from './memory-state.js';
import { MemoryStore } from './memory-store.js';

stateStoreContract('The memory store', async () => {
  let now = 1_000_000;
  const states = new Map<string, MemoryState>();
  return {
    open: async (clientType) => {
      const state = states.get(clientType) ?? new MemoryState({ now: () => now });
      states.set(clientType, state);
      return new MemoryStore(state);
    },
    pass: async (ms) => {
      now += ms;
    },
    dispose: async () => {},
  };
});

describe('A state in memory', () => {
  it('does not grow with values whose time is over', () => {
    let now = 0;
    const state = new MemoryState({ now: () => now });
    const store = new MemoryStore(state);
    for (let n = 0; n < 5000; n += 1) {
      now += 10;
      store.commit({
        expect: [],
        writes: [{ op: 'set', space: 'answer', key: `k${n}`, text: '1', ttlMs: 100 }],
      });
    }
    expect(state.size()).toBeLessThanOrEqual(1010);
  });
});
