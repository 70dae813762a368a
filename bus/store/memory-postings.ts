import type { StoredEvent } from '../../common/events.js';
import { type Term, termText } from './source.js';

const NONE: readonly number[] = [];

/**
 * Positions of events by one kind of term. Built when first asked for and brought up to date by each question, so that events
 * nobody asks about cost nothing.
 */
export class MemoryPostings {
  readonly #kind: Term['kind'];
  readonly #events: readonly StoredEvent[];
  readonly #positions = new Map<string, number[]>();
  #built = 0;

  /** @param events grows at its end only */
  constructor(kind: Term['kind'], events: readonly StoredEvent[]) {
    this.#kind = kind;
    this.#events = events;
  }

  /** Positions above `after`, ascending. */
  *positions(text: string, after: number): Iterable<number> {
    for (; this.#built < this.#events.length; this.#built += 1) {
      const event = this.#events[this.#built]!;
      const known = this.#positions.get(termText(this.#kind, event));
      if (known === undefined) this.#positions.set(termText(this.#kind, event), [event.position]);
      else known.push(event.position);
    }
    const positions = this.#positions.get(text) ?? NONE;
    let at = firstIndex(positions.length, (index) => positions[index]! > after);
    for (; at < positions.length; at += 1) yield positions[at]!;
  }
}

/** The smallest index for which the condition holds, `length` if for none; it holds for every index behind one it holds for. */
export function firstIndex(length: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
