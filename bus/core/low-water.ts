import { Heap } from './heap.js';

/** Something at a position that is not acknowledged yet: a debt in memory, or the first one of a lane that is in the store. */
export interface Mark {
  readonly position: number;
  /** Unix ms of the event, as far as known */
  readonly time: number;
  ended: boolean;
}

/** Ended marks are kept until they are at least this many, so that small heaps are not swept all the time. */
const SWEEP_MIN = 64;

/**
 * The lowest mark that has not ended. Marks end in any order; ended ones are dropped when they reach the top, or when they
 * are the greater part (one debt may stand for months while millions behind it come and go).
 */
export class LowWater {
  readonly #marks = new Heap<Mark>((mark) => mark.position);
  #ended = 0;

  add(mark: Mark): void {
    this.#marks.push(mark);
  }

  end(mark: Mark): void {
    if (mark.ended) return;
    mark.ended = true;
    this.#ended += 1;
    if (this.#ended < SWEEP_MIN || this.#ended * 2 < this.#marks.size) return;
    this.#marks.keep((kept) => !kept.ended);
    this.#ended = 0;
  }

  lowest(): Mark | undefined {
    for (let top = this.#marks.first(); top !== undefined; top = this.#marks.first()) {
      if (!top.ended) return top;
      this.#marks.pop();
      this.#ended -= 1;
    }
    return undefined;
  }
}
