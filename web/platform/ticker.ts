/** One clock for everything on a page that shows how old something is: a timer that runs only while somebody looks at it. */
import { systemClock } from '../../common/clock.js';
import type { Readable } from './store.js';

const STEP_MS = 1000;

/** The time now, in whole seconds (as Unix milliseconds), new each second. */
export const seconds: Readable<number> = (() => {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    get: () => Math.floor(systemClock.now() / STEP_MS) * STEP_MS,
    subscribe(listener) {
      listeners.add(listener);
      timer ??= setInterval(() => {
        for (const each of [...listeners]) each();
      }, STEP_MS);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
})();
