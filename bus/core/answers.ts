import type { StoredEvent } from '../../common/events.js';
import { RecentMap } from '../../common/recent-map.js';
import { type Answer, refusal, success, type Waiter } from './receipts.js';
import type { DurableReads, NewEvent, Receipt } from './types.js';

/**
 * What became of batches that carry an id: accepted ones are remembered for ever (cache, then store), refused ones as long as the
 * cache remembers them. Ids are scoped by the client type of the sender.
 */
export class Answers {
  readonly #pending = new Map<string, Waiter[]>();
  readonly #settled: RecentMap<string, Answer>;
  readonly #reads: DurableReads;

  constructor(reads: DurableReads, max: number) {
    this.#settled = new RecentMap(max);
    this.#reads = reads;
  }

  /** Those who wait for this batch, if it is pending: a further one may be added. */
  pending(sender: string, batchId: string): Waiter[] | undefined {
    return this.#pending.get(scoped(sender, batchId));
  }

  /** @param events as they came with the repeated batch: the log does not keep their checksums */
  settled(sender: string, batchId: string, events: readonly NewEvent[]): Answer | undefined {
    const answer = this.#settled.get(scoped(sender, batchId));
    if (answer !== undefined) return answer;
    const stored = this.#reads.batch(sender, batchId);
    return stored && { receipts: receiptsOf(events, stored), sender, time: stored[0]?.time ?? 0 };
  }

  /** The events of an accepted batch that is on the disk. */
  stored(sender: string, id: string): readonly StoredEvent[] | undefined {
    return this.#reads.batch(sender, id);
  }

  begin(sender: string, batchId: string, waiters: Waiter[]): void {
    this.#pending.set(scoped(sender, batchId), waiters);
  }

  remember(sender: string, batchId: string, answer: Answer): void {
    this.#pending.delete(scoped(sender, batchId));
    this.#settled.set(scoped(sender, batchId), answer);
  }

  /** The batch was neither accepted nor refused: it may come again and is judged anew. */
  forget(sender: string, batchId: string): void {
    this.#pending.delete(scoped(sender, batchId));
  }
}

function scoped(sender: string, batchId: string): string {
  return `${sender.length}:${sender}${batchId}`;
}

/**
 * The receipts of a batch that is in the log. What was stored is the batch without the events that were refused: each event tells
 * its place. Logs of earlier versions do not; there an event without its counterpart, in order, was refused.
 */
function receiptsOf(events: readonly NewEvent[], stored: readonly StoredEvent[]): Receipt[] {
  const whole = stored.length === events.length;
  let at = 0;
  return events.map((event, index) => {
    const found = stored[at];
    if (found === undefined || !(whole || isStoredAs(event, index, found))) return refusal(event, true);
    at += 1;
    return success(event.checksum, found);
  });
}

function isStoredAs({ type, key, data, expect }: NewEvent, index: number, stored: StoredEvent): boolean {
  if (stored.place !== undefined) return stored.place === index;
  if (type !== stored.type || key !== stored.key || data !== stored.data) return false;
  return expect.kind !== 'exact' || expect.value === stored.value;
}
