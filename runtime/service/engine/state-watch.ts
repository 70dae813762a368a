import type { Space } from '../../state/state-store.js';
import type { Job } from './job.js';
import type { StateAccess } from './state-access.js';

const POLL_MS = 2;
const POLL_MAX_MS = 64;

/** Something in the store to wait for. */
export interface Awaited {
  readonly space: Space;
  readonly key: string;
  enough(text: string | undefined): boolean;
}

/**
 * Waiting for an applied mark to move, or a lock to end. What this process changes wakes the waiter at once; what another
 * instance changes is found by looking, at growing intervals.
 */
export class StateWatch {
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly state: StateAccess,
    private readonly after: (ms: number, run: () => void) => () => void,
  ) {}

  /** To be called after each commit that has changed one of these. */
  changed(entries: readonly { readonly space: Space; readonly key: string }[]): void {
    for (const entry of entries) for (const wake of this.#waiting.get(nameOf(entry)) ?? []) wake();
  }

  /** True as soon as it is so; false after `limitMs`. @throws what `job.check` throws */
  async until(awaited: Awaited, limitMs: number, job: Job): Promise<boolean> {
    let waited = 0;
    for (let pause = POLL_MS; ; pause = Math.min(pause * 2, POLL_MAX_MS)) {
      // Armed before the look, so that a change between the look and the waiting is not missed.
      const change = this.#next(nameOf(awaited), pause);
      try {
        if (awaited.enough(await this.state.text(awaited.space, awaited.key))) return true;
        if (waited >= limitMs) return false;
        await change.happens;
      } finally {
        change.forget();
      }
      waited += pause;
      job.check();
    }
  }

  #next(name: string, ms: number): { happens: Promise<void>; forget: () => void } {
    let wake = () => {};
    const happens = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(wake));
    const cancel = this.after(ms, wake);
    const forget = () => {
      cancel();
      waiting.delete(wake);
      if (waiting.size === 0) this.#waiting.delete(name);
    };
    return { happens, forget };
  }
}

function nameOf({ space, key }: { readonly space: Space; readonly key: string }): string {
  return `${space} ${key}`;
}
