import type { Commit, CommitResult, MaybePromise, Space, StateStore } from '../../state/state-store.js';
import { StateLost, StateUnavailable } from './aborts.js';
import { isWellFormed } from './host-texts.js';
import { type Mark, parseMark } from './marks.js';
import { unavailable } from './transaction.js';

/** Of a damaged text, in the message. */
const SHOWN_MAX = 100;
/** `META.generation`; meta.ts stands above this file */
const GENERATION = 'generation';

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

  /** @throws StateLost if the text is not one that the host writes there */
  async text(space: Space, key: string): Promise<string | undefined> {
    const text = await this.ask(() => this.store.get(space, key));
    if (text !== undefined && !isWellFormed(space, key, text)) await this.#giveUp(space, key, text);
    return text;
  }

  /** The applied mark of a key, with its text: undefined if there is none. */
  async mark(key: string): Promise<{ mark: Mark; text: string | undefined }> {
    const text = await this.text('mark', key);
    return { mark: parseMark(text), text };
  }

  /** @throws StateLost as `text` does */
  async scan(
    space: Space,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [string, string])[]> {
    const found = await this.ask(() => this.store.scan(space, after, limit));
    const damaged = found.find(([key, text]) => !isWellFormed(space, key, text));
    if (damaged !== undefined) await this.#giveUp(space, ...damaged);
    return found;
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

  /**
   * A state with a damaged text is believed in nothing: without its generation every instance turns to the rebuild. The text goes,
   * too, so that it is met only once.
   */
  async #giveUp(space: Space, key: string, text: string): Promise<never> {
    await this.commitAsIs({
      expect: [{ space, key, text }],
      writes: [
        { op: 'del', space, key },
        { op: 'del', space: 'meta', key: GENERATION },
      ],
    });
    const shown = JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
    throw new StateLost(
      `the state is damaged and has to be rebuilt: in the space ${space}, under "${key}", stands ${shown}`,
    );
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
