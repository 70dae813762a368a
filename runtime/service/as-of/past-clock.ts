import type { Clock } from '../../../common/clock.js';

/** The clock of a state as it was: it stands at the newest event that the state holds, so what had a time to live then still has. */
export class PastClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  /** @param time Unix ms; the clock never goes back */
  reach(time: number): void {
    this.#now = Math.max(this.#now, time);
  }
}
