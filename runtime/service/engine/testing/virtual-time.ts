import type { Timers } from '../options.js';

/**
 * Time that passes only when everybody waits for it: the next timer runs when nothing is left to do at the present instant.
 * With all latencies given by timers, a run is the same every time.
 */
export class VirtualTime implements Timers {
  #now: number;
  #timers: { at: number; order: number; run: () => void }[] = [];
  #order = 0;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  readonly after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + Math.max(0, Math.round(ms)), order: this.#order++, run };
    let index = this.#timers.length;
    while (index > 0 && this.#timers[index - 1]!.at > timer.at) index--;
    this.#timers.splice(index, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  };

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets time pass until `done` says so. @throws Error if it does not within `limitMs` of virtual time */
  async until(done: () => boolean, limitMs = 600_000): Promise<void> {
    const end = this.#now + limitMs;
    for (;;) {
      await settled();
      if (done()) return;
      const next = this.#timers.shift();
      if (!next) throw new Error('nothing will happen any more');
      if (next.at > end) throw new Error(`not done within ${limitMs} ms`);
      this.#now = next.at;
      next.run();
    }
  }

  async pass(ms: number): Promise<void> {
    let over = false;
    this.after(ms, () => {
      over = true;
    });
    await this.until(() => over, ms + 1);
  }
}

/** Resolves when no promise is left that could go on by itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
