import type { Clock } from '../../common/clock.js';
import { BoundedMap } from '../bounded-map.js';
import type { Hub, Unwatch } from '../live/hub.js';
import { transferTopic } from '../live/topics.js';
import type { Settings } from '../settings.js';

interface Pending {
  readonly from: number;
  /** Unix ms; later than this it is not named any more */
  readonly until: number;
}

/** Transfers that went through this gateway and have no verdict yet, by account. A convenience: nothing rests on it. */
export class PendingTransfers {
  readonly #pending = new Map<number, Pending & { unwatch: Unwatch }>();
  readonly #early: BoundedMap<number, true>;

  constructor(
    private readonly hub: Pick<Hub, 'watch'>,
    private readonly clock: Clock,
    private readonly settings: Pick<Settings, 'pendingTransfersMax' | 'pendingTransferMs'>,
  ) {
    this.#early = new BoundedMap(settings.pendingTransfersMax);
  }

  ordered(id: number, from: number): void {
    if (this.#pending.has(id) || this.#early.get(id)) return;
    const until = this.clock.now() + this.settings.pendingTransferMs;
    const unwatch = this.hub.watch(transferTopic(id), -1, ({ data }) => {
      const status = (data as { status?: unknown }).status;
      if (status !== 'pending') this.#settled(id);
    });
    this.#pending.set(id, { from, until, unwatch });
    this.#makeRoom();
  }

  /** The oldest first. */
  idsFrom(account: number): number[] {
    const ids: number[] = [];
    const now = this.clock.now();
    for (const [id, { from, until }] of this.#pending) {
      if (until < now) this.#settled(id);
      else if (from === account) ids.push(id);
    }
    return ids;
  }

  #settled(id: number): void {
    this.#early.set(id, true);
    this.#pending.get(id)?.unwatch();
    this.#pending.delete(id);
  }

  #makeRoom(): void {
    if (this.#pending.size <= this.settings.pendingTransfersMax) return;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#settled(oldest);
  }
}
