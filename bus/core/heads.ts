import type { StoredEvent } from '../../common/events.js';
import { RecentMap } from '../../common/recent-map.js';
import { LastOfType } from './last-of-type.js';
import type { DurableReads } from './types.js';

/** What the core knows of a key, pending events included. */
export interface Head {
  /** value of the newest event, -1 for none */
  value: number;
  readonly lastOfType: LastOfType;
  /** events of the key that are not durable yet */
  pending: number;
}

/**
 * The heads of the keys: a bounded cache over the store, in front of it the pending events.
 *
 * Invariant: a key with pending events is always in memory, for the store does not know them; so the cache may exceed its bound
 * by the number of such keys.
 */
export class Heads {
  readonly #heads: RecentMap<string, Head>;
  readonly #reads: DurableReads;

  constructor(reads: DurableReads, max: number) {
    this.#reads = reads;
    this.#heads = new RecentMap(max, (head) => head.pending > 0);
  }

  get(key: string): Head {
    const known = this.#heads.get(key);
    if (known !== undefined) return known;
    const head = this.#load(key);
    this.#heads.set(key, head);
    return head;
  }

  /** An event was accepted. */
  raise(event: StoredEvent): void {
    const head = this.get(event.key);
    this.#apply(head, event);
    head.pending += 1;
  }

  /** An accepted event has become durable. */
  settle(event: StoredEvent): void {
    this.get(event.key).pending -= 1;
  }

  /** Accepted events were not kept: their keys go back to what is durable and what is `stillPending`. */
  takeBack(lost: Iterable<StoredEvent>, stillPending: Iterable<StoredEvent>): void {
    const keys = new Set<string>();
    for (const event of lost) keys.add(event.key);
    for (const key of keys) this.#heads.delete(key);
    for (const event of stillPending) if (keys.has(event.key)) this.raise(event);
  }

  #apply(head: Head, event: StoredEvent): void {
    // The store may know an event already that is pending here: it tells us a moment later.
    head.value = Math.max(head.value, event.value);
    head.lastOfType.raise(event.type, event.value);
  }

  #load(key: string): Head {
    const state = this.#reads.keyState(key);
    return { value: state?.head ?? -1, lastOfType: new LastOfType(state?.lastOfType), pending: 0 };
  }
}
