import { systemClock } from '../../../common/clock.js';
import { systemTimers } from '../engine/options.js';

/** What a handler's own time is measured by: the machine's, wherever the clock of its state stands. */
export const HANDLER_TIME = {
  clock: systemClock,
  timers: systemTimers,
  sleep: (ms: number) => new Promise<void>((resolve) => systemTimers.after(ms, resolve)),
};
