import type { Timers } from '../options.js';

/**
 * A process as the machine sees it: it can be killed, after which nothing of it ever runs, and stopped and continued, during
 * which whatever wants to enter it waits. Everything that calls into the engine goes through `enter`.
 */
export class SimProcess {
  #alive = true;
  #stopped = false;
  #waiting: (() => void)[] = [];

  constructor(
    readonly name: string,
    private readonly onDeath: () => void,
  ) {}

  get alive(): boolean {
    return this.#alive;
  }

  enter(run: () => void): void {
    if (!this.#alive) return;
    if (this.#stopped) this.#waiting.push(run);
    else run();
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#waiting = [];
    this.onDeath();
  }

  stop(): void {
    this.#stopped = true;
  }

  go(): void {
    this.#stopped = false;
    for (const run of this.#waiting.splice(0)) this.enter(run);
  }

  timers(time: Timers): Timers {
    return { after: (ms, run) => time.after(ms, () => this.enter(run)) };
  }
}
