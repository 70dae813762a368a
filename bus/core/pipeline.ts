import type { LogRecord } from '../store/event-store.js';
import { Fifo } from './fifo.js';
import { invariant } from './invariant.js';

/** A record on its way to the disk, and what its outcome does. */
export interface Pending {
  readonly record: LogRecord;
  durable(): void;
  /**
   * Nothing of the record was kept.
   * @returns true if it stays to be done (an acknowledgement, a subscription): it is appended again. false if it was taken back.
   */
  failed(reason: string): boolean;
}

interface Append {
  readonly append: number;
  readonly pending: readonly Pending[];
}

/**
 * The way of records to the disk: what one step wants to append leaves as one append, and its outcome comes back by number.
 *
 * Invariants
 * - Outcomes are handed on in the order in which the records were added.
 * - After a failure nothing leaves before the next tick: a store that is away is asked ten times a second, not for each event. What
 *   is appended again goes before everything that was added later.
 */
export class Pipeline {
  #open: Pending[] = [];
  #paused = false;
  #next = 1;
  readonly #issued = new Fifo<Append>();

  /** Number of the append that takes along what is added now. */
  get next(): number {
    return this.#next;
  }

  add(pending: Pending): void {
    this.#open.push(pending);
  }

  /** A tick: after a failure, appends may leave again. */
  resume(): void {
    this.#paused = false;
  }

  /** The append that ends a step, if there is something to append. */
  flush(): { readonly append: number; readonly records: readonly LogRecord[] } | undefined {
    if (this.#paused || this.#open.length === 0) return undefined;
    const append = this.#next;
    const pending = this.#open;
    this.#issued.push({ append, pending });
    this.#next += 1;
    this.#open = [];
    return { append, records: pending.map(({ record }) => record) };
  }

  appended(append: number): void {
    invariant(append < this.#next, `append ${append} was never issued`);
    for (let first = this.#issued.first(); first !== undefined; first = this.#issued.first()) {
      if (first.append > append) return;
      this.#issued.shift();
      for (const pending of first.pending) pending.durable();
    }
  }

  /** @returns the records that were lost, oldest first; empty if the outcome of this append was known before */
  failed(append: number, reason: string): LogRecord[] {
    invariant(append < this.#next, `append ${append} was never issued`);
    const first = this.#issued.first();
    if (first === undefined || append < first.append) return [];
    const cut = this.#issued.cutFrom((issued) => issued.append >= append).flatMap(({ pending }) => pending);
    const lost = [...cut, ...this.#open];
    this.#open = lost.filter((pending) => pending.failed(reason));
    this.#paused = true;
    return lost.map(({ record }) => record);
  }

  /** Records whose outcome is not known yet. */
  *pending(): IterableIterator<LogRecord> {
    for (const { pending } of this.#issued) for (const { record } of pending) yield record;
    for (const { record } of this.#open) yield record;
  }
}
