import { MemoryState } from '../../../state/memory/memory-state.js';
import { MemoryStore } from '../../../state/memory/memory-store.js';
import { type Commit, type Space, type StateStore, StateStoreError } from '../../../state/state-store.js';
import type { SimProcess } from './sim-process.js';
import type { VirtualTime } from './virtual-time.js';

/** What may happen at a commit. */
export type CommitFault = 'none' | 'kill-before' | 'kill-after' | 'unavailable-before' | 'unavailable-after';

export interface StoreFaults {
  /** ms until the store has done something, and again until the caller knows */
  latency(): number;
  commit(): CommitFault;
}

/** The store that all processes of a service share; it outlives them. */
export class SimState {
  memory: MemoryState;
  away = false;
  epoch = 0;

  constructor(readonly time: VirtualTime) {
    this.memory = new MemoryState(time);
  }

  wipe(): void {
    this.memory.clear();
  }

  /** A copy to be set back to later. */
  async snapshot(): Promise<MemoryState> {
    const copy = new MemoryState(this.time);
    const from = new MemoryStore(this.memory);
    const to = new MemoryStore(copy);
    for (const space of ['data', 'mark', 'outbox', 'answer', 'meta'] as const)
      for (const [key, text] of await from.scan(space, undefined, 1_000_000))
        await to.commit({ expect: [], writes: [{ op: 'set', space, key, text }] });
    for (const key of await from.keys('*')) {
      const item = this.memory.item('data', key);
      if (item?.kind === 'list') {
        const texts = await from.range(key, 0, -1);
        await to.commit({ expect: [], writes: [{ op: 'push', key, texts }] });
      }
    }
    return copy;
  }

  setBack(copy: MemoryState): void {
    this.memory = copy;
    this.epoch++;
  }
}

/** The store as one process reaches it: over a network, with faults at every commit. */
export class SimStore implements StateStore {
  constructor(
    private readonly state: SimState,
    private readonly process: SimProcess,
    private readonly faults: StoreFaults,
  ) {}

  async open(): Promise<void> {}

  epoch(): number {
    return this.state.epoch;
  }

  async close(): Promise<void> {}

  get(space: Space, key: string) {
    return this.#ask((store) => store.get(space, key));
  }

  range(key: string, first: number, last: number) {
    return this.#ask((store) => store.range(key, first, last));
  }

  length(key: string) {
    return this.#ask((store) => store.length(key));
  }

  increment(key: string, by: number) {
    return this.#ask((store) => store.increment(key, by));
  }

  keys(pattern: string) {
    return this.#ask((store) => store.keys(pattern));
  }

  scan(space: Space, after: string | undefined, limit: number) {
    return this.#ask((store) => store.scan(space, after, limit));
  }

  commit(commit: Commit) {
    const fault = commit.writes.length === 0 ? 'none' : this.faults.commit();
    return this.#ask((store) => store.commit(commit), fault);
  }

  async clear(): Promise<void> {
    await this.#ask((store) => store.clear());
  }

  #ask<T>(ask: (store: MemoryStore) => T | Promise<T>, fault: CommitFault = 'none'): Promise<T> {
    const { state, process, faults } = this;
    const { epoch } = state;
    return new Promise((resolve, reject) => {
      state.time.after(faults.latency(), () => {
        // What was sent before the process died or was stopped arrives all the same.
        const refuse = () => reject(new StateStoreError('unavailable', 'simulated'));
        if (fault === 'kill-before') process.kill();
        if (state.away || state.epoch !== epoch || fault === 'unavailable-before')
          return void state.time.after(1, () => process.enter(refuse));
        if (fault === 'kill-before') return;
        const answer = answered(() => ask(new MemoryStore(state.memory)));
        answer.catch(() => {}); // a dead process never hears of it
        if (fault === 'kill-after') process.kill();
        state.time.after(faults.latency(), () =>
          process.enter(() => {
            if (fault === 'unavailable-after' || state.epoch !== epoch) refuse();
            else answer.then(resolve, reject);
          }),
        );
      });
    });
  }
}

async function answered<T>(ask: () => T | Promise<T>): Promise<T> {
  return ask();
}
