import type { Commit, CommitResult, MaybePromise, Space, StateStore } from '../../state/state-store.js';
import { type Mark, parseMark } from './marks.js';
import { unavailable } from './transaction.js';

/** The state store as the engine asks it: a store that is away shows as StateUnavailable, whatever was asked. */
export class StateAccess {
  constructor(protected readonly store: StateStore) {}

  text(space: Space, key: string): Promise<string | undefined> {
    return this.ask(() => this.store.get(space, key));
  }

  /** The applied mark of a key, with its text: undefined if there is none. */
  async mark(key: string): Promise<{ mark: Mark; text: string | undefined }> {
    const text = await this.text('mark', key);
    return { mark: parseMark(text), text };
  }

  scan(
    space: Space,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [string, string])[]> {
    return this.ask(() => this.store.scan(space, after, limit));
  }

  range(key: string, first: number, last: number): Promise<readonly string[]> {
    return this.ask(() => this.store.range(key, first, last));
  }

  keys(pattern: string): Promise<readonly string[]> {
    return this.ask(() => this.store.keys(pattern));
  }

  /** As the store does it, without any expectation of the engine's own. */
  commitAsIs(commit: Commit): Promise<CommitResult> {
    return this.ask(() => this.store.commit(commit));
  }

  protected async ask<T>(ask: () => MaybePromise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      return unavailable(error);
    }
  }
}
