import type { Commit, Expectation } from '../../state/state-store.js';
import { StateLost, StateSetBack } from './aborts.js';
import type { Lease } from './lease.js';
import { lockedKey } from './locks.js';
import { META, type Meta, type MetaKey, readMeta, setMeta } from './meta.js';
import type { StateAccess } from './state-access.js';

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

  /** @returns false if something else that it expects has changed @throws StateLost, StateSetBack */
  async commit({ expect, writes }: Commit): Promise<boolean> {
    const generation: Expectation = { space: 'meta', key: META.generation, text: this.meta.generation };
    const result = await this.state.commitAsIs({
      expect: [this.lease.expectation(), generation, ...expect],
      writes,
    });
    if (result.ok) return true;
    if (lockedKey(result.conflict) !== undefined)
      throw new StateSetBack('effects are missing that a batch in the outbox is built on');
    if (result.conflict.space === 'meta')
      throw new StateLost('another instance has taken over the rebuild, or the state was wiped meanwhile');
    return false;
  }

  /** Writes these meta texts, and gives the state as it is then. */
  async changed(texts: Partial<Record<MetaKey, string>>): Promise<LeasedState> {
    const writes = Object.entries(texts).map(([key, text]) => setMeta(key as MetaKey, text));
    await this.commit({ expect: [], writes });
    return LeasedState.open(this.state, this.lease);
  }
}
