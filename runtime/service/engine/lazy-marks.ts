import { Abort } from '../../lua/vm.js';
import type { LiveState } from './live-state.js';
import { MarkChanges } from './mark-changes.js';
import { raise } from './marks.js';
import type { StateWatch } from './state-watch.js';

/** Marks per commit: above it one commit holds up the store for others. */
const JOINED_MAX = 256;

/**
 * Marks of events that changed nothing here (decisions, events without a call), raised behind their acknowledgement and
 * joined: all that gather while one commit is under way go with the next.
 *
 * Nothing is lost if a raise is lost: there was no effect. The mark is only needed so that `seen` stays truthful, and a
 * contender that misses it reads it from the bus again.
 */
export class LazyMarks {
  readonly #pending = new Map<string, number>();
  #flushing: Promise<void> | undefined;

  constructor(
    private readonly state: LiveState,
    private readonly watch: StateWatch,
    private readonly trouble: (reason: Abort) => void,
  ) {}

  /** Every event of the key up to `value` is handled. To be called in lane order, after the handling has succeeded. */
  raise(key: string, value: number): void {
    if ((this.#pending.get(key) ?? -1) < value) this.#pending.set(key, value);
    void this.flush();
  }

  /** What is known to be handled of the key and not yet in its mark; -1 = nothing. */
  pending(key: string): number {
    return this.#pending.get(key) ?? -1;
  }

  /** Resolves when everything raised so far is written, or given up because the store is away or lost. */
  flush(): Promise<void> {
    this.#flushing ??= this.#writeAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #writeAll(): Promise<void> {
    // Joins everything that is raised in this turn of the event loop.
    await Promise.resolve();
    try {
      while (this.#pending.size > 0) await this.#write([...this.#pending].slice(0, JOINED_MAX));
    } catch (error) {
      this.#pending.clear();
      if (error instanceof Abort) this.trouble(error);
      else throw error;
    }
  }

  async #write(raises: readonly (readonly [string, number])[]): Promise<void> {
    const marks = new MarkChanges(this.state);
    await Promise.all(raises.map(([key, value]) => marks.change(key, (mark) => raise(mark, value))));
    const { done } = await this.state.commit({ expect: marks.expectations(), writes: marks.writes() });
    if (!done) return; // a mark has moved meanwhile: once more, with what it is now
    for (const [key, value] of raises) if (this.#pending.get(key) === value) this.#pending.delete(key);
    this.watch.changed(marks.changed());
  }
}
