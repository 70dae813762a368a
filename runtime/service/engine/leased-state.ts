import type { Commit, Expectation, Write } from '../../state/state-store.js';
import { StateLost, StateSetBack } from './aborts.js';
import type { Lease } from './lease.js';
import { lockedKey } from './locks.js';
import { later, META, type Meta, type MetaKey, readMeta, setMeta } from './meta.js';
import type { StateAccess } from './state-access.js';

const TAKEN_OVER = 'another instance has taken over the rebuild, or the state was wiped meanwhile';

/**
 * The state as the leaseholder may write it: each commit expects the lease, and the generation once there is one. So a holder
 * that was given up, or whose store was wiped under it, writes nothing more.
 */
export class LeasedState {
  private constructor(
    readonly state: StateAccess,
    readonly lease: Lease,
    /** as it was after the newest change of generation or status */
    readonly meta: Meta,
  ) {}

  static async open(state: StateAccess, lease: Lease): Promise<LeasedState> {
    return new LeasedState(state, lease, await readMeta(state));
  }

  /** @throws StateLost, StateSetBack */
  async commit(commit: Commit): Promise<void> {
    const conflict = await this.#conflict(commit);
    if (conflict) throw new StateLost(TAKEN_OVER);
  }

  /**
   * Moves the checkpoint to `cursor`, in one commit with `writes`. While the state is live, other instances move it as well, and what an
   * instance has once read there must not be taken back: so where they are further on, it stays.
   * @param writes is told where the checkpoint will stand
   * @returns false if something of `expect` has changed @throws StateLost, StateSetBack
   */
  async advance(
    cursor: string,
    expect: readonly Expectation[],
    writes: (checkpoint: string) => readonly Write[],
  ): Promise<boolean> {
    for (;;) {
      const text = await this.state.text('meta', META.checkpoint);
      const checkpoint = later(text ?? '0', cursor);
      const conflict = await this.#conflict({
        expect: [{ space: 'meta', key: META.checkpoint, text }, ...expect],
        writes: [...writes(checkpoint), setMeta('checkpoint', checkpoint)],
      });
      if (!conflict) return true;
      if (conflict.space !== 'meta') return false;
    }
  }

  /** What of a commit's own expectations did not hold; undefined if it was done. @throws StateLost, StateSetBack */
  async #conflict({ expect, writes }: Commit): Promise<Expectation | undefined> {
    const lease = this.lease.expectation();
    const generation: Expectation = { space: 'meta', key: META.generation, text: this.meta.generation };
    const result = await this.state.commitAsIs({ expect: [lease, generation, ...expect], writes });
    if (result.ok) return undefined;
    const { conflict } = result;
    // Not to be waited for: what a page lacks was acknowledged, so a state that is no older copy holds it; and nobody may be live to end the lock.
    if (lockedKey(conflict) !== undefined)
      throw new StateSetBack('effects are missing that a batch in the outbox is built on');
    const isOurs = conflict.space !== 'meta' || conflict.key === META.checkpoint;
    if (!isOurs) throw new StateLost(TAKEN_OVER);
    return conflict;
  }

  /** Writes these meta texts, and gives the state as it is then. */
  async changed(texts: Partial<Record<MetaKey, string>>): Promise<LeasedState> {
    const writes = Object.entries(texts).map(([key, text]) => setMeta(key as MetaKey, text));
    await this.commit({ expect: [], writes });
    return LeasedState.open(this.state, this.lease);
  }
}
