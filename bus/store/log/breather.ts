/** A pause is offered often, and taken when the thread has worked for this long. */
const WORK_MS = 0.4;
const REST_MS = 0.4;

/**
 * Lets a thread do its work in short pieces, so that those who have a client waiting find a processor. A scheduler lets a thread that
 * works go on for some milliseconds before another one gets its turn, whatever its priority; one that sleeps is gone at once.
 */
export class Breather {
  readonly #never = new Int32Array(new SharedArrayBuffer(4));
  #workedSince = performance.now();

  /** Sleeps for a moment if it is time. Blocks the thread: never on the bus's own. */
  readonly breathe = (): void => {
    if (performance.now() - this.#workedSince < WORK_MS) return;
    Atomics.wait(this.#never, 0, 0, REST_MS);
    this.#workedSince = performance.now();
  };
}

/** For who has nobody to let by. */
export function holdBreath(): void {}
