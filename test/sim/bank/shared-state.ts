import type { SimProcess } from '../../../runtime/service/engine/testing/sim-process.js';
import {
  type Commit,
  type CommitResult,
  type MaybePromise,
  type Space,
  type StateStore,
  StateStoreError,
} from '../../../runtime/state/state-store.js';
import type { World } from '../world.js';
import { copyState, type StateCopy, setState } from './state-medium.js';

/** What may happen at a commit. */
export type CommitFault = 'none' | 'kill-before' | 'kill-after' | 'unavailable-before' | 'unavailable-after';

/** Looks at the state after each change. @throws Violation */
export type StateWatcher = (commit: Commit) => void;

/** The state that all instances of the bank share; it outlives them. */
export class SharedState {
  away = false;
  epoch = 0;
  /** with whatever is planted in front of it */
  readonly planted: StateStore;
  #copy: StateCopy | undefined;

  constructor(
    readonly world: World,
    /** as it is, for those who look */
    readonly store: StateStore,
    watcher: StateWatcher,
  ) {
    const watched = watchedState(world, store, watcher);
    this.planted = world.plant?.state?.(watched, world) ?? watched;
  }

  async wipe(): Promise<void> {
    this.#trace('wipe');
    await this.store.clear();
  }

  /** A copy to be set back to later. */
  remember(): void {
    this.#trace('remember');
    this.#copy = copyState(this.store);
  }

  /** @returns false if no copy was made since the last time */
  async setBack(): Promise<boolean> {
    if (this.#copy === undefined) return false;
    this.#trace('set back');
    await setState(this.store, this.#copy);
    this.#copy = undefined;
    this.epoch += 1;
    return true;
  }

  #trace(what: string): void {
    this.world.trace.add(this.world.agenda.now, `state: ${what}`, {});
  }
}

function watchedState(world: World, store: StateStore, watcher: StateWatcher): StateStore {
  return {
    open: () => store.open(),
    epoch: () => store.epoch(),
    get: (space, key) => store.get(space, key),
    range: (key, first, last) => store.range(key, first, last),
    length: (key) => store.length(key),
    increment: (key, by) => store.increment(key, by),
    keys: (pattern) => store.keys(pattern),
    scan: (space, after, limit) => store.scan(space, after, limit),
    clear: () => store.clear(),
    close: () => store.close(),
    commit: (commit) => {
      const result = store.commit(commit);
      return result instanceof Promise
        ? result.then((known) => look(commit, known))
        : look(commit, result as CommitResult);
    },
  };

  function look(commit: Commit, result: CommitResult): CommitResult {
    if (commit.writes.length === 0 && result.ok) return result;
    world.trace.add(
      world.agenda.now,
      result.ok ? 'commit' : 'conflict',
      result.ok ? commit : result.conflict,
    );
    try {
      if (result.ok) watcher(commit);
    } catch (violation) {
      // Thrown from here it would be taken for an error of the store.
      world.violation ??= violation as Error;
    }
    return result;
  }
}

/** The state as one process reaches it: over a network, with faults at every commit. */
export class StateAccess implements StateStore {
  constructor(
    private readonly state: SharedState,
    private readonly process: SimProcess,
    private readonly fault: () => CommitFault,
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
    return this.#ask((store) => store.commit(commit), commit.writes.length === 0 ? 'none' : this.fault());
  }

  async clear(): Promise<void> {
    await this.#ask((store) => store.clear());
  }

  #ask<T>(ask: (store: StateStore) => MaybePromise<T>, fault: CommitFault = 'none'): Promise<T> {
    const { state, process } = this;
    const { agenda, chance } = state.world;
    const { epoch } = state;
    return new Promise((resolve, reject) => {
      agenda.in(chance.between(0, LATENCY_MAX_MS), async () => {
        // What was sent before the process died or was stopped arrives all the same.
        const refuse = () => reject(new StateStoreError('unavailable', 'simulated'));
        if (fault === 'kill-before') process.kill();
        if (state.away || state.epoch !== epoch || fault === 'unavailable-before')
          return agenda.in(1, () => process.enter(refuse));
        if (fault === 'kill-before') return;
        const answer = answered(() => ask(state.planted));
        // An embedded store answers with the end of its turn: what it did belongs to this instant.
        await answer.catch(() => {});
        if (fault === 'kill-after') process.kill();
        agenda.in(chance.between(0, LATENCY_MAX_MS), () =>
          process.enter(() => {
            if (fault === 'unavailable-after' || state.epoch !== epoch) refuse();
            else answer.then(resolve, reject);
          }),
        );
      });
    });
  }
}

/** ms to the store, and again back */
const LATENCY_MAX_MS = 4;

async function answered<T>(ask: () => MaybePromise<T>): Promise<T> {
  return ask();
}
