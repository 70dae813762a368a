import { compileGlob } from '../glob.js';
import { applyCommit, increment, lengthOf, textOf, window } from '../items.js';
import { compareKeys } from '../names.js';
import type { Commit, CommitResult, Space, StateStore } from '../state-store.js';
import type { MemoryState } from './memory-state.js';

/** One instance's access to a `MemoryState`; answers at once. */
export class MemoryStore implements StateStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async open(): Promise<void> {}

  epoch(): number {
    return 0;
  }

  get(space: Space, key: string): string | undefined {
    return textOf(key, this.#state.item(space, key));
  }

  range(key: string, first: number, last: number): readonly string[] {
    const { from, to } = window(this.length(key), first, last);
    return this.#state.list(key).slice(from, to);
  }

  length(key: string): number {
    return lengthOf(key, this.#state.item('data', key));
  }

  commit(commit: Commit): CommitResult {
    return this.#state.step(() => applyCommit(this.#state, commit, this.#state.now()));
  }

  increment(key: string, by: number): number {
    return this.#state.step(() => increment(this.#state, key, by));
  }

  keys(pattern: string): readonly string[] {
    return this.#state.keys('data').filter(compileGlob(pattern));
  }

  scan(space: Space, after: string | undefined, limit: number): readonly (readonly [string, string])[] {
    const entries: [string, string][] = [];
    for (const key of this.#state.keys(space)) {
      if (entries.length >= limit) break;
      if (after !== undefined && compareKeys(key, after) <= 0) continue;
      const item = this.#state.item(space, key);
      if (item?.kind === 'text') entries.push([key, item.text]);
    }
    return entries;
  }

  async clear(): Promise<void> {
    this.#state.clear();
  }

  async close(): Promise<void> {}
}
