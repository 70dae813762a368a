import type { Refusal } from './types.js';

/** The newest refused attempts, for the observatory; a ring, so that it can be asked but never grows. */
export class Refusals {
  readonly #ring: Refusal[] = [];
  readonly #max: number;
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(refusal: Refusal): void {
    if (this.#max === 0) return;
    this.#ring[this.#next] = refusal;
    this.#next = (this.#next + 1) % this.#max;
  }

  /** Newest first. */
  of(key: string): Refusal[] {
    const found: Refusal[] = [];
    for (let back = 1; back <= this.#ring.length; back += 1) {
      const refusal = this.#ring[(this.#next - back + this.#ring.length) % this.#ring.length]!;
      if (refusal.key === key) found.push(refusal);
    }
    return found;
  }
}
