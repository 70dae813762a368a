import type { Clock } from '../../common/clock.js';
import type { Timers } from '../../runtime/service/engine/options.js';

type Act = () => void | Promise<void>;

/**
 * Virtual time: what shall happen when. Actions of one moment happen in the order in which they were put down; nothing happens
 * between two actions. An action is over when its promise is settled and nobody has anything left to do at this moment.
 */
export class Agenda implements Timers {
  /** Unix ms */
  now: number;
  readonly clock: Clock = { now: () => this.now };
  /** by time, the next one last */
  readonly #entries: { readonly at: number; readonly act: Act }[] = [];

  constructor(now: number) {
    this.now = now;
  }

  in(delayMs: number, act: Act): void {
    this.#put(delayMs, act);
  }

  /** The same, and gives a function that takes it back. */
  readonly after = (ms: number, act: Act): (() => void) => {
    const entry = this.#put(Math.max(0, Math.round(ms)), act);
    return () => {
      const at = this.#entries.indexOf(entry);
      if (at >= 0) this.#entries.splice(at, 1);
    };
  };

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.in(ms, resolve));
  }

  async step(): Promise<void> {
    const next = this.#entries.pop();
    if (next === undefined) return;
    this.now = next.at;
    await next.act();
    await nothingLeft();
  }

  #put(delayMs: number, act: Act): { readonly at: number; readonly act: Act } {
    const entry = { at: this.now + delayMs, act };
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1]!.at <= entry.at) index -= 1;
    this.#entries.splice(index, 0, entry);
    return entry;
  }
}

/** Resolves when no promise is left that could go on by itself. */
function nothingLeft(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
