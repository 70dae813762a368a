import type { Job } from './job.js';
import type { LiveState } from './live-state.js';
import type { Mark } from './marks.js';

const POLL_MS = 2;
const POLL_MAX_MS = 64;

/**
 * Waiting for an applied mark to move. Marks moved by this process wake the waiter at once; those moved by another instance
 * are found by looking, at growing intervals.
 */
export class MarkWatch {
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly state: LiveState,
    private readonly after: (ms: number, run: () => void) => () => void,
  ) {}

  /** To be called after each commit that moved these marks. */
  moved(keys: Iterable<string>): void {
    for (const key of keys) for (const wake of this.#waiting.get(key) ?? []) wake();
  }

  /** True as soon as the mark satisfies `enough`; false after `limitMs`. @throws what `job.check` throws */
  async until(
    key: string,
    enough: (mark: Mark, text: string | undefined) => boolean,
    limitMs: number,
    job: Job,
  ): Promise<boolean> {
    let waited = 0;
    for (let pause = POLL_MS; ; pause = Math.min(pause * 2, POLL_MAX_MS)) {
      const moved = this.#next(key, pause);
      try {
        const { mark, text } = await this.state.mark(key);
        if (enough(mark, text)) return true;
        if (waited >= limitMs) return false;
        await moved.wait;
      } finally {
        moved.end();
      }
      waited += pause;
      job.check();
    }
  }

  /** Armed before the mark is read, so that a move between the reading and the waiting is not missed. */
  #next(key: string, ms: number): { wait: Promise<void>; end: () => void } {
    let wake = () => {};
    const wait = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(wake));
    const cancel = this.after(ms, wake);
    return {
      wait,
      end: () => {
        cancel();
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
      },
    };
  }
}
