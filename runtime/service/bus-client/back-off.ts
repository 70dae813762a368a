import type { Random } from '../../../common/random.js';

/** Delays that double from `minMs` up to `maxMs`, each shortened by chance by up to a half, so that many do not come at once. */
export class BackOff {
  #attempts = 0;

  constructor(
    private readonly minMs: number,
    private readonly maxMs: number,
    private readonly random: Random,
  ) {}

  /** ms to wait before the next attempt */
  next(): number {
    const whole = Math.min(this.maxMs, this.minMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts += 1;
    return Math.round(whole * (0.5 + this.random.next() / 2));
  }

  reset(): void {
    this.#attempts = 0;
  }
}
