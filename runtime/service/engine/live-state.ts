import type { Commit, Expectation, StateStore } from '../../state/state-store.js';
import { StateLost, StateSetBack, StateUnavailable } from './aborts.js';
import { META } from './meta.js';
import { StateAccess } from './state-access.js';

/** What a commit came to: done, or the expectation that did not hold. */
export type Committed = { readonly done: true } | { readonly done: false; readonly conflict: Expectation };

/**
 * The state of the service as live handlers may touch it: reads, and commits that also expect the generation this instance
 * has prepared. A wiped store has no generation and a rebuilding one has another, so no live handler writes into a store
 * that is not the one it knew, and no decision is taken on one (`verify`).
 *
 * A process that was stopped for minutes and wakes here can change nothing it should not: its commit still expects the
 * texts it has read and the applied mark below its event.
 */
export class LiveState extends StateAccess {
  readonly #expectation: Expectation;

  constructor(
    store: StateStore,
    private readonly generation: string,
    epoch: number,
  ) {
    super(store, epoch);
    this.#expectation = { space: 'meta', key: META.generation, text: generation };
  }

  /** @throws StateLost or StateSetBack if the store does not hold this generation; StateUnavailable */
  async commit({ expect, writes }: Commit): Promise<Committed> {
    const result = await this.commitAsIs({ expect: [this.#expectation, ...expect], writes });
    if (result.ok) return { done: true };
    const { conflict } = result;
    if (conflict.space === 'meta' && conflict.key === META.generation) throw await this.#lost();
    return { done: false, conflict };
  }

  /** Ids of generations grow with time: an earlier one than ours is an older copy, a later one somebody else's rebuild. */
  async #lost(): Promise<StateLost | StateSetBack> {
    const found = await this.text('meta', META.generation);
    if (found !== undefined && found < this.generation)
      return new StateSetBack('the state store holds an older copy of the state');
    return new StateLost('the state store no longer holds the state this instance has prepared');
  }

  /**
   * What to throw where less was read than this process has seen there: `what` says so. Of a state that somebody rebuilds it says
   * nothing; and what was read may have been old only for a moment.
   */
  async wentBack(what: string, read: Expectation): Promise<StateSetBack | StateUnavailable> {
    const { done } = await this.verify([read]);
    return done ? new StateSetBack(what) : new StateUnavailable(`${what}, and is there again`);
  }

  /** Whether all of this is so at one and the same instant, in the state this instance has prepared. Writes nothing. */
  verify(expect: readonly Expectation[]): Promise<Committed> {
    return this.commit({ expect, writes: [] });
  }
}
