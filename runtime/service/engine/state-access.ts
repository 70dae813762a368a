import type { Commit, CommitResult, MaybePromise, Space, StateStore } from '../../state/state-store.js';
import { StateUnavailable } from './aborts.js';
import { type Mark, parseMark } from './marks.js';
import { unavailable } from './transaction.js';

/**
 * The state store as the engine asks it: a store that is away shows as StateUnavailable, whatever was asked. So does, for ever, one
 * that was out of sight since `epoch`: what this process knows of it, and what it was about to write, may no longer fit, also
 * where nothing that is compared has changed.
 */
export class StateAccess {
  constructor(
    protected readonly store: StateStore,
    readonly epoch: number = store.epoch(),
  ) {}

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
    if (this.store.epoch() !== this.epoch)
      throw new StateUnavailable('the state store was out of sight; what it holds may have changed');
    try {
      return await ask();
    } catch (error) {
      return unavailable(error);
    }
  }
}
