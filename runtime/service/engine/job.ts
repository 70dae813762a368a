import type { Abort } from '../../lua/vm.js';
import { HandlerOver } from './aborts.js';
import type { EngineParts } from './options.js';

/**
 * The time that one piece of work (an event, a route call) may take, over all its runs, and whether it is still wanted.
 */
export class Job {
  readonly #deadline: number;
  #voided: Abort | undefined;

  constructor(
    private readonly parts: Pick<EngineParts, 'clock' | 'timers' | 'sleep'>,
    private readonly limitMs: number,
  ) {
    this.#deadline = parts.clock.now() + limitMs;
  }

  /** The work is no longer ours; what it does from now on is thrown away. */
  void(reason: Abort): void {
    this.#voided ??= reason;
  }

  /** Tells whoever counts what runs that this work only waits now (true), or goes on (false). */
  onAside: (aside: boolean) => void = () => {};

  /** Waits for what others have to do first; meanwhile the work takes no place among those that run. */
  async aside<T>(wait: () => Promise<T>): Promise<T> {
    this.onAside(true);
    try {
      return await wait();
    } finally {
      this.onAside(false);
    }
  }

  get voided(): boolean {
    return this.#voided !== undefined;
  }

  /** Milliseconds until the work is overdue; at most 0 if it is. */
  get left(): number {
    return this.#deadline - this.parts.clock.now();
  }

  /** @throws the reason it was voided for, or Overdue */
  check(): void {
    if (this.#voided) throw this.#voided;
    if (this.left <= 0) throw new Overdue(this.limitMs);
  }

  async sleep(ms: number): Promise<void> {
    await this.parts.sleep(Math.max(0, Math.min(ms, this.left)));
    this.check();
  }

  /** Waits for a handler, but not beyond the deadline; then `end` is called with the reason, and it is thrown. */
  async run<T>(work: () => Promise<T>, end: (reason: Error) => void): Promise<T> {
    this.check();
    let cancel = () => {};
    try {
      // One promise: a race makes five, for every event.
      return await new Promise<T>((resolve, reject) => {
        cancel = this.parts.timers.after(this.left, () => reject(new Overdue(this.limitMs)));
        work().then(resolve, reject);
      });
    } catch (error) {
      if (error instanceof Overdue) end(new HandlerOver(error.message));
      throw error;
    } finally {
      cancel();
    }
  }
}

/** The handler's fault: it took too long, alone or in all its runs together. */
export class Overdue extends Error {
  constructor(limitMs: number) {
    super(`took longer than ${limitMs} ms`);
    this.name = 'Overdue';
  }
}
