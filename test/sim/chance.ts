import { type Random, seededRandom } from '../../common/random.js';

/** What the seed decides, in the words of the simulation. */
export class Chance {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** true in about `percent` of 100 cases */
  percent(percent: number): boolean {
    return this.#random.int(100) < percent;
  }

  /** an integer from `low` to `high` */
  between(low: number, high: number): number {
    return low + this.#random.int(high - low + 1);
  }

  of<T>(items: readonly T[]): T {
    return items[this.#random.int(items.length)]!;
  }
}
